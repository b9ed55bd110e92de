#include "blast/cli/send_summary.hpp"

#include "blast/cli/progress.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace blast {

namespace {

nlohmann::ordered_json as_json(const SendSummary& summary) {
    const BlastCounts& counts = summary.counts;
    const double seconds = std::round(static_cast<double>(summary.elapsed.count()) / 100.0) / 10.0;
    return {
        {"blast_id", summary.blast_id},
        {"tag", summary.tag},
        {"stage", summary.stage},
        {"recipients", counts.recipients()},
        {"sent", counts.sent()},
        {"failed", counts.failed},
        {"unconfirmed", counts.unconfirmed},
        {"queued", counts.queued},
        {"sending", counts.sending},
        {"dropped", counts.dropped},
        {"skipped",
         {{"invalid", summary.skipped.invalid},
          {"duplicate", summary.skipped.duplicate},
          {"opted_out", summary.skipped.opted_out}}},
        {"elapsed_seconds", seconds}};
}

void add_line(std::string& text, const char* what, std::int64_t count, const char* meaning) {
    if (count > 0) {
        text += fmt::format("  {:<12}{:>9}  {}\n", what, with_thousands(count), meaning);
    }
}

std::string for_people(const SendSummary& summary) {
    const BlastCounts& counts = summary.counts;
    std::string text = fmt::format(
        "Blast {}  {} / {}\n", summary.blast_id, printable(summary.tag), printable(summary.stage));
    text += fmt::format(
        "  {:<12}{:>9}  of {} recipients, in {}\n", "sent", with_thousands(counts.sent()),
        with_thousands(counts.recipients()), format_duration(summary.elapsed));
    add_line(text, "failed", counts.failed, "the gateway refused them");
    add_line(text, "unconfirmed", counts.unconfirmed, "it is not known whether they got it");
    add_line(
        text, "sending", counts.sending,
        "in another sender's hands, or a dead one's until its lease ends");
    add_line(text, "queued", counts.queued, "still to be sent");
    add_line(text, "dropped", counts.dropped, "opted out, cancelled or resolved");
    add_line(text, "skipped", summary.skipped.invalid, "rows with an invalid number");
    add_line(text, "skipped", summary.skipped.duplicate, "rows with a number that came before");
    add_line(text, "skipped", summary.skipped.opted_out, "rows of people who have opted out");
    return text;
}

} // namespace

std::string format_summary(const SendSummary& summary, OutputFormat format) {
    return format == OutputFormat::json ? as_json(summary).dump() + "\n" : for_people(summary);
}

std::string format_summaries(const std::vector<SendSummary>& summaries, OutputFormat format) {
    if (format != OutputFormat::json) {
        std::string text;
        for (const SendSummary& summary : summaries) {
            text += for_people(summary);
        }
        return text;
    }
    auto list = nlohmann::ordered_json::array();
    for (const SendSummary& summary : summaries) {
        list.push_back(as_json(summary));
    }
    return list.dump() + "\n";
}

} // namespace blast
