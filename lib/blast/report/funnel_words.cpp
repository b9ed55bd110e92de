#include "blast/report/funnel_words.hpp"

#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <array>

namespace blast {

namespace {

std::string them(std::int64_t count, std::string_view one, std::string_view several) {
    return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string resume_command(const BlastReport& report) {
    return report.blast ? fmt::format("blast-send --resume {}", report.blast->id)
                        : "blast-send --resume ID";
}

} // namespace

std::string loss_reason(const FunnelStage& stage) {
    if (!stage.stuck_at) {
        return stage.name == "Closed" ? "no sale" : "";
    }
    switch (*stage.stuck_at) {
    case Status::pending: return "not delivered yet";
    case Status::delivery_ack: return "delivered, not read";
    case Status::read_ack: return "read, no reply";
    case Status::replied: break;
    }
    return "";
}

std::string loss_reason_with_state(const FunnelStage& stage, const BlastCounts& counts) {
    if (!stage.stuck_at) {
        return loss_reason(stage);
    }
    std::string text = fmt::format("{}: {}", to_string(*stage.stuck_at), loss_reason(stage));
    if (stage.stuck_at == Status::pending && counts.undeliverable > 0) {
        text += fmt::format(", {} undeliverable", counts.undeliverable);
    }
    return text;
}

std::string totals(const BlastCounts& counts) {
    std::string text = them(counts.recipients(), "recipient", "recipients") +
                       fmt::format(": {} sent", counts.sent());
    const std::array<std::pair<std::int64_t, std::string_view>, 5> parts{{
        {counts.queued, "queued"},
        {counts.sending, "sending"},
        {counts.failed, "failed"},
        {counts.unconfirmed, "unconfirmed"},
        {counts.dropped, "dropped"},
    }};
    for (const auto& [count, word] : parts) {
        if (count > 0) {
            text += fmt::format(", {} {}", count, word);
        }
    }
    return text;
}

std::vector<std::string> notes_on(const BlastReport& report) {
    std::vector<std::string> notes;
    if (report.replied_without_receipt > 0) {
        notes.push_back(fmt::format(
            "{} replied without a read receipt: counted as read.", report.replied_without_receipt));
    }
    if (report.expired_leases > 0) {
        notes.push_back(fmt::format(
            "{} of those sending belong to a sender that died: {} finds out what became of them.",
            report.expired_leases, resume_command(report)));
    }
    if (report.counts.unconfirmed > 0) {
        notes.push_back(fmt::format(
            "{} may or may not have been sent: blast-report {} --stuck UNCONFIRMED lists them.",
            report.counts.unconfirmed,
            report.blast ? std::to_string(report.blast->id) : std::string("ID")));
    }
    return notes;
}

std::string time_taken(const std::optional<std::int64_t>& seconds) {
    constexpr std::int64_t minute = 60;
    if (!seconds) {
        return "-";
    }
    return *seconds < minute ? fmt::format("{}s", *seconds)
                             : format_duration(std::chrono::seconds(*seconds));
}

std::vector<TimingRow> timing_rows(const StageTimings& timings) {
    if (!timings.delivered.p50 && !timings.read.p50 && !timings.replied.p50) {
        return {};
    }
    const auto row = [](const char* stage, const Percentiles& taken) {
        return TimingRow{stage, time_taken(taken.p50), time_taken(taken.p90)};
    };
    return {
        row("Delivered", timings.delivered), row("Read", timings.read),
        row("Replied", timings.replied)};
}

std::string title_of(const BlastReport& report) {
    if (report.blast) {
        return printable(report.blast->tag) + " / " + printable(report.blast->stage);
    }
    return report.blasts == 0 ? "No blast matches"
                              : them(report.blasts, "blast", "blasts together");
}

} // namespace blast
