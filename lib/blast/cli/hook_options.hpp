#pragma once

#include "blast/cli/settings.hpp"
#include "blast/domain/attribution.hpp"
#include "blast/run/listen_address.hpp"

#include <string>
#include <vector>

namespace blast {

struct Invocation;

enum class HookMode { listen, ingest, inbox };

/// blast-hook's command line.
struct HookOptions {
    Settings settings;
    HookMode mode = HookMode::listen;
    ListenAddress address;   ///< --listen
    std::string ingest_path; ///< --ingest: a file, or "-"
    AttributionRules attribution;
    std::vector<std::string> opt_out_words; ///< --opt-out-word, beyond the built-in ones
};

/// Throws TextRequested and UsageError as CommandLine::parse does.
HookOptions parse_hook_options(const Invocation& invocation);

} // namespace blast
