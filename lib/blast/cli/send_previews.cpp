#include "blast/cli/progress.hpp"
#include "blast/cli/send_blast.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace blast {

namespace {

/// A message as it may be shown: line breaks stay, all else that a terminal could obey is escaped.
std::string shown_message(const std::string& text) {
    std::string shown;
    std::size_t start = 0;
    while (start <= text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        shown += "    " +
                 printable(std::string_view(text).substr(start, end - start), text.size() + 4) +
                 "\n";
        start = end + 1;
    }
    return shown;
}

void add_skipped(std::string& text, std::int64_t count, const char* why) {
    if (count > 0) {
        text += fmt::format("  skipped   {:>9}  {}\n", with_thousands(count), why);
    }
}

} // namespace

void print_dry_run(
    const SendOptions& options,
    const BlastSettings& settings,
    const QueuedBlast& queued,
    const CostInTime& cost) {
    if (options.settings.format == OutputFormat::json) {
        nlohmann::ordered_json document{
            {"dry_run", true},
            {"tag", settings.tag},
            {"stage", settings.stage},
            {"recipients", queued.queued},
            {"skipped",
             {{"invalid", queued.skipped.invalid},
              {"duplicate", queued.skipped.duplicate},
              {"opted_out", queued.skipped.opted_out}}},
            {"scheduled_at",
             options.at ? nlohmann::ordered_json(options.settings.timezone.iso8601(*options.at))
                        : nlohmann::ordered_json(nullptr)},
            {"takes_seconds", cost.seconds ? nlohmann::ordered_json(*cost.seconds)
                                           : nlohmann::ordered_json(nullptr)},
            {"takes_days", cost.days},
            {"messages", nlohmann::ordered_json::array()}};
        for (const RenderedMessage& sample : queued.samples) {
            document["messages"].push_back({{"to", sample.phone}, {"message", sample.text}});
        }
        fmt::print("{}\n", document.dump());
        return;
    }
    std::string text = fmt::format(
        "Dry run: nothing was queued or sent\n  recipients{:>9}  {}\n",
        with_thousands(queued.queued), cost.words);
    if (options.at) {
        text += fmt::format(
            "  scheduled           {}\n", options.settings.timezone.for_people(*options.at));
    }
    add_skipped(text, queued.skipped.invalid, "rows with an invalid number");
    add_skipped(text, queued.skipped.duplicate, "rows with a number that came before");
    add_skipped(text, queued.skipped.opted_out, "rows of people who have opted out");
    for (const RenderedMessage& sample : queued.samples) {
        text += fmt::format("\n  to {}\n{}", sample.phone, shown_message(sample.text));
    }
    fmt::print("{}", text);
}

ExitCode print_test(const SendOptions& options, const std::string& phone, const TestMessage& sent) {
    if (options.settings.format == OutputFormat::json) {
        nlohmann::ordered_json document{{"test", true}, {"to", phone}, {"accepted", sent.accepted}};
        if (sent.accepted) {
            document["message_id"] = sent.message_id;
        } else {
            document["reason"] = sent.failure;
        }
        document["message"] = sent.text;
        fmt::print("{}\n", document.dump());
    } else if (sent.accepted) {
        fmt::print(
            "Sent to {} as {}; no blast was recorded\n{}", phone, printable(sent.message_id),
            shown_message(sent.text));
    } else {
        fmt::print("Not sent to {}: {}\n", phone, sent.failure);
    }
    return sent.accepted ? ExitCode::done : ExitCode::partly;
}

} // namespace blast
