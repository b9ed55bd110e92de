#include "blast/cli/poll_summary.hpp"

#include "blast/cli/progress.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace blast {

namespace {

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

PollVerdict unavailable(const std::string& wrong, const std::string& remedy) {
    return {ExitCode::unavailable, wrong + ": " + remedy};
}

} // namespace

std::string format_poll_summary(
    const PollSummary& summary, std::chrono::milliseconds elapsed, OutputFormat format) {
    return format == OutputFormat::json ? as_json(summary, elapsed) : for_people(summary, elapsed);
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

} // namespace blast
