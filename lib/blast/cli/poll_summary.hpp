#pragma once

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/run/poll_run.hpp"

#include <chrono>
#include <string>

namespace blast {

/// What blast-poll prints on standard output: one JSON document on one line, or a few lines for people.
std::string format_poll_summary(
    const PollSummary& summary, std::chrono::milliseconds elapsed, OutputFormat format);

/// How blast-poll ends, and the line that tells why where that is an error: "" where it is none.
struct PollVerdict {
    ExitCode code = ExitCode::done;
    std::string error;
};
PollVerdict poll_verdict(const PollSummary& summary);

} // namespace blast
