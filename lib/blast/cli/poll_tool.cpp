#include "blast/cli/poll_tool.hpp"

#include "blast/cli/invocation.hpp"
#include "blast/cli/poll_options.hpp"
#include "blast/cli/poll_summary.hpp"
#include "blast/cli/progress.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/run/poll_run.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>

#include <iostream>

namespace blast {

namespace {

PollRequest request_of(const PollOptions& options) {
    PollRequest request;
    request.database_url = require_database_url(options.settings);
    request.gateway = require_gateway(options.settings, options.concurrency);
    request.blast = options.blast;
    request.everything = options.now;
    request.watch = options.watch;
    request.per_second = options.rate.per_second;
    request.concurrency = options.concurrency;
    request.deadline = options.deadline;
    return request;
}

void tell_end(const PollSummary& summary, const PollVerdict& verdict, const Log& log) {
    if (verdict.code == ExitCode::partly) {
        log.warn(fmt::format(
            "{} message(s) could not be checked ({}); the next run asks again",
            with_thousands(summary.failed), mask_phones(printable(summary.why))));
    }
    if (verdict.code == ExitCode::interrupted || verdict.code == ExitCode::terminated) {
        log.note("stopped; run blast-poll again for the rest");
    }
    if (!verdict.error.empty()) {
        log.error(verdict.error);
    }
}

} // namespace

ExitCode poll_tool(const Invocation& invocation) {
    const PollOptions options = parse_poll_options(invocation);
    const PollRequest request = request_of(options);
    const Log log(log_settings(options.settings));
    const StopSignal stop;
    Random random = Random::from_system();
    const Instant begun_at = BootClock::now();
    Connection connection(request.database_url);
    require_current_schema(connection);

    log.detail(fmt::format(
        "asking '{}', at most {} questions at once, for {}", printable(request.gateway.url),
        options.concurrency, format_duration(options.deadline)));

    Progress progress(options.settings);
    const PollSummary summary =
        run_poll(request, connection, stop, random, [&](std::int64_t done, std::int64_t due) {
            progress.show(
                fmt::format("checked {} of {}", with_thousands(done), with_thousands(due)));
        });
    progress.wipe();
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(BootClock::now() - begun_at);
    if (options.settings.prints_summary()) {
        std::cout << format_poll_summary(summary, elapsed, options.settings.format);
    }
    const PollVerdict verdict = poll_verdict(summary);
    tell_end(summary, verdict, log);
    return verdict.code;
}

} // namespace blast
