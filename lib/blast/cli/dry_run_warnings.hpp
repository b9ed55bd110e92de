#pragma once

#include "blast/cli/send_options.hpp"
#include "blast/core/clock.hpp"

#include <string>
#include <vector>

namespace blast {

/// What --dry-run has to say, a sentence each, of a time at which nothing could be sent: an --at that has passed, and a --window
/// that is closed when the sending would begin. Mostly none.
std::vector<std::string> dry_run_warnings(const SendOptions& options, WallTime now);

} // namespace blast
