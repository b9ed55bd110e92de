#include "blast/store/report_rows.hpp"

#include "blast/domain/status.hpp"
#include "blast/store/database_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace blast {

namespace {

std::optional<WallTime> optional_time(const Result& result, int row, int column) {
    const std::optional<std::int64_t> seconds = result.optional_integer(row, column);
    if (!seconds) {
        return std::nullopt;
    }
    return WallTime(std::chrono::seconds(*seconds));
}

std::string text(const Result& result, int row, int column) {
    return std::string(result.text(row, column));
}

/// Id, tag, stage and date from `first` on.
BlastHead read_head(const Result& result, int row, int first) {
    BlastHead head;
    head.id = result.integer(row, first);
    head.tag = text(result, row, first + 1);
    head.stage = text(result, row, first + 2);
    head.date = WallTime(std::chrono::seconds(result.integer(row, first + 3)));
    return head;
}

/// Queued to closed, from `first` on.
BlastCounts read_counts(const Result& result, int row, int first) {
    BlastCounts counts;
    constexpr std::array columns = {
        &BlastCounts::queued,        &BlastCounts::sending,  &BlastCounts::failed,
        &BlastCounts::unconfirmed,   &BlastCounts::dropped,  &BlastCounts::pending,
        &BlastCounts::delivery_ack,  &BlastCounts::read_ack, &BlastCounts::replied,
        &BlastCounts::undeliverable, &BlastCounts::closed};
    for (std::int64_t BlastCounts::*const column : columns) {
        counts.*column = result.integer(row, first++);
    }
    return counts;
}

/// Our clock and the gateway's may disagree: nobody reads a message before it is sent.
std::optional<std::int64_t> optional_seconds(const Result& result, int column) {
    const std::optional<std::int64_t> seconds = result.optional_integer(0, column);
    return seconds ? std::max<std::int64_t>(*seconds, 0) : seconds;
}

Percentiles read_percentiles(const Result& result, int first) {
    return {optional_seconds(result, first), optional_seconds(result, first + 1)};
}

std::int64_t& count_of(BlastCounts& counts, std::string_view state) {
    if (const std::optional<Status> status = parse_status(state)) {
        switch (*status) {
        case Status::pending: return counts.pending;
        case Status::delivery_ack: return counts.delivery_ack;
        case Status::read_ack: return counts.read_ack;
        case Status::replied: return counts.replied;
        }
    }
    switch (parse_outbox_state(state).value_or(OutboxState::dropped)) {
    case OutboxState::queued: return counts.queued;
    case OutboxState::sending: return counts.sending;
    case OutboxState::failed: return counts.failed;
    case OutboxState::unconfirmed: return counts.unconfirmed;
    case OutboxState::dropped: break;
    }
    return counts.dropped;
}

} // namespace

BlastReport read_report(const Result& result, bool of_one) {
    constexpr int first_count = 5;
    constexpr int first_timing = 16;
    BlastReport report;
    report.blasts = result.integer(0, 0);
    if (of_one && report.blasts == 1) {
        report.blast = read_head(result, 0, 1);
    }
    report.counts = read_counts(result, 0, first_count);
    report.seconds_to.delivered = read_percentiles(result, first_timing);
    report.seconds_to.read = read_percentiles(result, first_timing + 2);
    report.seconds_to.replied = read_percentiles(result, first_timing + 4);
    report.replied_without_receipt = result.integer(0, first_timing + 6);
    report.expired_leases = result.integer(0, first_timing + 7);
    return report;
}

BlastOutline read_outline(const Result& result) {
    BlastOutline outline;
    outline.head = read_head(result.one_row(), 0, 0);
    for (const nlohmann::json& message : nlohmann::json::parse(result.text(0, 4))) {
        outline.messages.push_back(
            message.is_string() ? message.get<std::string>() : message.dump());
    }
    outline.closed = result.integer(0, 5);
    return outline;
}

std::vector<ListedBlast> read_list(const Result& result) {
    std::vector<ListedBlast> blasts(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        ListedBlast& blast = blasts[static_cast<std::size_t>(row)];
        blast.head = read_head(result, row, 0);
        blast.counts = read_counts(result, row, 4);
        blast.activity.scheduled_at = optional_time(result, row, 15);
        blast.activity.scheduled = result.boolean(row, 16);
        blast.activity.sender_alive = result.boolean(row, 17);
        blast.activity.stopped_by = text(result, row, 18);
    }
    return blasts;
}

StuckRecipient read_stuck(const Result& result, int row) {
    StuckRecipient recipient;
    recipient.id = result.integer(row, 0);
    recipient.phone = text(result, row, 1);
    recipient.status = text(result, row, 2);
    recipient.at = optional_time(result, row, 3);
    recipient.device = text(result, row, 4);
    recipient.reason = text(result, row, 5);
    recipient.variables = result.is_null(row, 6) ? "{}" : text(result, row, 6);
    return recipient;
}

RecipientRecord read_record(const Result& result, int row) {
    RecipientRecord record;
    record.recipient = read_stuck(result, row);
    record.message_id = text(result, row, 7);
    record.variant = result.integer(row, 8);
    record.delivered_at = optional_time(result, row, 9);
    record.read_at = optional_time(result, row, 10);
    record.replied_at = optional_time(result, row, 11);
    record.reply_text = text(result, row, 12);
    record.purchased_at = optional_time(result, row, 13);
    record.purchase_amount = text(result, row, 14);
    return record;
}

HistoryEvent read_event(const Result& result, int row) {
    HistoryEvent event;
    event.status = text(result, row, 1);
    event.source = text(result, row, 2);
    event.at = WallTime(std::chrono::seconds(result.integer(row, 3)));
    event.timed_by_gateway = result.boolean(row, 4);
    event.detail = text(result, row, 5);
    return event;
}

std::vector<BlastCounts> read_variants(const Result& result, std::size_t messages) {
    std::vector<BlastCounts> variants(messages);
    for (int row = 0; row < result.rows(); ++row) {
        const auto variant = static_cast<std::size_t>(result.integer(row, 0));
        if (variant >= messages) {
            throw DatabaseError(
                "a recipient has a variant that the blast has no message for", "", false);
        }
        BlastCounts& counts = variants[variant];
        count_of(counts, result.text(row, 1)) += result.integer(row, 2);
        counts.undeliverable += result.integer(row, 3);
        counts.closed += result.integer(row, 4);
    }
    return variants;
}

} // namespace blast
