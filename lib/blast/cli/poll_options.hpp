#pragma once

#include "blast/cli/settings.hpp"
#include "blast/domain/rate.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace blast {

struct Invocation;

/// blast-poll's command line.
struct PollOptions {
    Settings settings;
    std::optional<std::int64_t> blast;          ///< --blast
    bool now = false;                           ///< --now
    bool watch = false;                         ///< --watch
    Rate rate{20.0, "20/s"};                    ///< --rate
    std::size_t concurrency = 8;                ///< --concurrency
    std::chrono::milliseconds deadline{50'000}; ///< --deadline
};

/// Throws TextRequested and UsageError as CommandLine::parse does.
PollOptions parse_poll_options(const Invocation& invocation);

} // namespace blast
