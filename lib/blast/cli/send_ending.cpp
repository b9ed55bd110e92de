#include "blast/cli/send_ending.hpp"

#include "blast/core/printable.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

bool ends_by_itself(const SendEnd& end) {
    const bool as_asked =
        end.reason == SendStop::daily_cap || end.reason == SendStop::window_closed;
    return as_asked && end.stopped_by.empty();
}

/// When the cap or the window lets --due go on.
std::string when_due(SendStop reason, const SendPlan& plan) {
    if (reason == SendStop::daily_cap || !plan.window) {
        return "tomorrow";
    }
    const WallTime opening = plan.window->next_opening(SystemClock().wall(), plan.timezone);
    constexpr std::size_t clock_time = 5; // the last of "2026-11-22 14:28"
    const std::string text = plan.timezone.for_people(opening);
    return "when the window opens at " + text.substr(text.size() - clock_time);
}

std::string how_to_go_on(const SendPlan& plan, const SendEnd& end, const Blast& blast) {
    const std::string resume = fmt::format("`blast-send --resume {}`", blast.id);
    if (!end.outcome_file.empty()) {
        return fmt::format(
            "what it could not take is kept in '{}'; run {} on this machine before anything is resent",
            printable(end.outcome_file), resume);
    }
    if (end.reason == SendStop::unauthorized) {
        return fmt::format("check WSAPME_USER_TOKEN and the certificate, then {} goes on", resume);
    }
    if (end.reason == SendStop::circuit_open) {
        return fmt::format("find out why, then {} goes on, with one message first", resume);
    }
    if (ends_by_itself(end)) {
        return fmt::format(
            "`blast-send --due` goes on {}, or {} by hand", when_due(end.reason, plan), resume);
    }
    return fmt::format("{} goes on", resume);
}

} // namespace

ExitCode exit_code_of(SendStop reason, const BlastCounts& counts) {
    switch (reason) {
    case SendStop::hung_up: return ExitCode::hung_up;
    case SendStop::interrupted: return ExitCode::interrupted;
    case SendStop::terminated: return ExitCode::terminated;
    case SendStop::daily_cap:
    case SendStop::window_closed:
    case SendStop::circuit_open: return ExitCode::stopped;
    case SendStop::unauthorized:
    case SendStop::gateway_away:
    case SendStop::database_away: return ExitCode::unavailable;
    case SendStop::done: break;
    }
    return counts.failed + counts.unconfirmed + counts.sending > 0 ? ExitCode::partly
                                                                   : ExitCode::done;
}

void tell_end(const SendJob& job, const SendPlan& plan, const SendEnd& end, const Blast& blast) {
    if (end.reason == SendStop::done) {
        return;
    }
    const std::string text =
        fmt::format("stopped: {}: {}", end.why, how_to_go_on(plan, end, blast));
    if (exit_code_of(end.reason, {}) == ExitCode::unavailable) {
        job.log.error(text);
    } else if (
        job.options.mode == SendMode::due && ends_by_itself(end) && end.outcome_file.empty()) {
        job.log.note(text);
    } else {
        job.log.warn(text);
    }
}

} // namespace blast
