#pragma once

#include "blast/sim/settings.hpp"

#include <optional>
#include <string>

namespace blast::sim {

/// Reads the command line. Nothing when the user asked for help or the version, which is then on standard output.
/// Throws UsageError for what cannot be understood or does not go together.
std::optional<Settings> parse_options(int argc, const char* const* argv);

} // namespace blast::sim
