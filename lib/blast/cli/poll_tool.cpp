#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/cli/progress.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/domain/pacing.hpp"
#include "blast/run/poll_run.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>

namespace blast {

namespace {

// ---- the command line ----

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

HelpText poll_help() {
    return {
        "Ask the gateway how far the messages have got that are still moving.",
        "blast-poll [--blast ID] [--now] [--rate N/s|max] [--concurrency N]\n"
        "           [--deadline 50s] [--watch]",
        "  # every minute, from cron\n"
        "  blast-poll --quiet\n"
        "  # everything that still moves in one blast, at once\n"
        "  blast-poll --blast 12 --now"};
}

std::chrono::milliseconds checked_deadline(const std::string& text) {
    const std::chrono::milliseconds deadline = parse_duration(text, "--deadline");
    if (deadline < std::chrono::milliseconds(100)) {
        throw UsageError(
            fmt::format("--deadline: '{}' is too short", printable(text)), "give 100ms or more");
    }
    return deadline;
}

PollOptions parse_poll_options(const Invocation& invocation) {
    constexpr std::int64_t most_requests = 1024;
    CommandLine line(invocation, poll_help(), {OutputFormat::table, OutputFormat::json});
    PollOptions options;
    FlagGroup what = line.group("What");
    what.value("--blast", "ID", "only this blast", [&](const std::string& t) {
        options.blast = parse_blast_id(t, "--blast");
    });
    what.flag("--now", options.now, "all that still moves, due or not");
    what.flag("--watch", options.watch, "go on until nothing moves any more");
    FlagGroup how = line.group("How fast");
    how.value(
        "--rate", "RATE", "questions to the gateway: N/s, N/m, N/h or max [20/s]",
        [&](const std::string& t) { options.rate = parse_rate(t, "--rate"); });
    how.value("--concurrency", "N", "questions in flight [8]", [&](const std::string& t) {
        options.concurrency =
            static_cast<std::size_t>(parse_whole_number(t, "--concurrency", 1, most_requests));
    });
    how.value(
        "--deadline", "T", "begin no question that would end later [50s]",
        [&](const std::string& t) { options.deadline = checked_deadline(t); });
    options.settings = line.parse();
    return options;
}

// ---- the summary ----

std::string as_json(const PollSummary& summary, std::chrono::milliseconds elapsed) {
    nlohmann::ordered_json changed = nlohmann::ordered_json::object();
    for (const auto& [status, count] : summary.changed) {
        changed[std::string(to_string(status))] = count;
    }
    const nlohmann::ordered_json document{
        {"due", summary.due},
        {"checked", summary.checked},
        {"changed", changed},
        {"failed", summary.failed},
        {"left", summary.left},
        {"elapsed_seconds", std::round(static_cast<double>(elapsed.count()) / 100.0) / 10.0}};
    return document.dump() + "\n";
}

std::string for_people(const PollSummary& summary, std::chrono::milliseconds elapsed) {
    std::string text = fmt::format(
        "checked {} of {} due messages in {}\n", with_thousands(summary.checked),
        with_thousands(summary.due), format_duration(elapsed));
    for (const auto& [status, count] : summary.changed) {
        text += fmt::format("  {:<14}{:>9}  new\n", to_string(status), with_thousands(count));
    }
    if (summary.failed > 0) {
        text += fmt::format(
            "  {:<14}{:>9}  to be asked about again by the next run\n", "failed",
            with_thousands(summary.failed));
    }
    if (summary.left > 0) {
        text +=
            fmt::format("  {:<14}{:>9}  for the next run\n", "left", with_thousands(summary.left));
    }
    return text;
}

/// On standard output: one JSON document on one line, or a few lines for people.
std::string format_poll_summary(
    const PollSummary& summary, std::chrono::milliseconds elapsed, OutputFormat format) {
    return format == OutputFormat::json ? as_json(summary, elapsed) : for_people(summary, elapsed);
}

// ---- the end ----

/// How blast-poll ends, and the line that tells why where that is an error: "" where it is none.
struct PollVerdict {
    ExitCode code = ExitCode::done;
    std::string error;
};

PollVerdict unavailable(const std::string& wrong, const std::string& remedy) {
    return {ExitCode::unavailable, wrong + ": " + remedy};
}

PollVerdict poll_verdict(const PollSummary& summary) {
    const std::string why = mask_phones(printable(summary.why));
    switch (summary.end) {
    case PollEnd::token_refused:
        return unavailable("the gateway refuses the token", "check WSAPME_USER_TOKEN");
    case PollEnd::untrusted:
        return unavailable(
            fmt::format("the gateway's certificate is not trusted ({})", why),
            "check WSAPME_API_URL, or name its CA in WSAPME_CA_FILE");
    case PollEnd::unresolved:
        return unavailable(
            why,
            "check WSAPME_API_URL, and that this machine can look up names; the next run tries again");
    case PollEnd::database_away:
        return unavailable(
            fmt::format("the database stayed away for a minute ({})", why),
            "see that it runs; nothing is lost, the next run asks again");
    case PollEnd::hung_up: return {ExitCode::hung_up, {}};
    case PollEnd::interrupted: return {ExitCode::interrupted, {}};
    case PollEnd::terminated: return {ExitCode::terminated, {}};
    default: break;
    }
    if (summary.nothing_could_be_asked) {
        return unavailable(
            fmt::format("the gateway could not be asked about anything ({})", why),
            "check WSAPME_API_URL and the network; the next run tries again");
    }
    return {summary.failed > 0 ? ExitCode::partly : ExitCode::done, {}};
}

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
    if (verdict.code >= ExitCode::hung_up) { // by a signal
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
