#include "blast/store/report_rows.hpp"

#include "blast/domain/status.hpp"
#include "blast/store/blast_store.hpp"
#include "blast/store/database_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
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

template <typename Column>
std::string text(const Result& result, int row, Column column) {
    return std::string(result.text(row, column));
}

BlastHead read_head(const Result& result, int row) {
    BlastHead head;
    head.id = result.integer(row, "id");
    head.tag = text(result, row, "blast_tag");
    head.stage = text(result, row, "follow_up_stage");
    head.date = WallTime(std::chrono::seconds(result.integer(row, "blast_date")));
    return head;
}

/// Our clock and the gateway's may disagree: nobody reads a message before it is sent.
std::optional<std::int64_t> optional_seconds(const Result& result, std::string_view column) {
    const std::optional<std::int64_t> seconds = result.optional_integer(0, column);
    return seconds ? std::max<std::int64_t>(*seconds, 0) : seconds;
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
    BlastReport report;
    report.blasts = result.integer(0, "blasts");
    if (of_one && report.blasts == 1) {
        report.blast = read_head(result, 0);
    }
    report.counts = read_counts(result, 0);
    report.seconds_to.delivered = {
        optional_seconds(result, "delivered_p50"), optional_seconds(result, "delivered_p90")};
    report.seconds_to.read = {
        optional_seconds(result, "read_p50"), optional_seconds(result, "read_p90")};
    report.seconds_to.replied = {
        optional_seconds(result, "replied_p50"), optional_seconds(result, "replied_p90")};
    report.replied_without_receipt = result.integer(0, "without_receipt");
    report.expired_leases = result.integer(0, "expired_leases");
    return report;
}

BlastOutline read_outline(const Result& result) {
    BlastOutline outline;
    outline.head = read_head(result.one_row(), 0);
    for (const nlohmann::json& message : nlohmann::json::parse(result.text(0, "messages"))) {
        outline.messages.push_back(
            message.is_string() ? message.get<std::string>() : message.dump());
    }
    outline.closed = result.integer(0, "closed");
    return outline;
}

std::vector<ListedBlast> read_list(const Result& result) {
    const int scheduled_at = result.column("scheduled_at");
    std::vector<ListedBlast> blasts(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        ListedBlast& blast = blasts[static_cast<std::size_t>(row)];
        blast.head = read_head(result, row);
        blast.counts = read_counts(result, row);
        blast.activity.scheduled_at = optional_time(result, row, scheduled_at);
        blast.activity.scheduled = result.boolean(row, "is_scheduled");
        blast.activity.sender_alive = result.boolean(row, "has_living_sender");
        blast.activity.stopped_by = text(result, row, "stopped_by");
    }
    return blasts;
}

namespace {

/// Where a statement has what read_stuck reads.
struct StuckColumns {
    explicit StuckColumns(const Result& result)
        : id(result.column("id")),
          phone(result.column("phone_number")),
          status(result.column("status")),
          at(result.column("at")),
          device(result.column("device")),
          reason(result.column("reason")),
          variables(result.column("variables")) {}

    StuckRecipient read(const Result& result, int row) const {
        StuckRecipient recipient;
        recipient.id = result.integer(row, id);
        recipient.phone = text(result, row, phone);
        recipient.status = text(result, row, status);
        recipient.at = optional_time(result, row, at);
        recipient.device = text(result, row, device);
        recipient.reason = text(result, row, reason);
        recipient.variables = result.is_null(row, variables) ? "{}" : text(result, row, variables);
        return recipient;
    }

    int id, phone, status, at, device, reason, variables;
};

/// Where report_history.sql has what it gives.
struct EventColumns {
    explicit EventColumns(const Result& result)
        : recipient_id(result.column("recipient_id")),
          status(result.column("status")),
          source(result.column("source")),
          at(result.column("at")),
          timed_by_gateway(result.column("timed_by_gateway")),
          detail(result.column("detail")) {}

    HistoryEvent read(const Result& result, int row) const {
        HistoryEvent event;
        event.status = text(result, row, status);
        event.source = text(result, row, source);
        event.at = WallTime(std::chrono::seconds(result.integer(row, at)));
        event.timed_by_gateway = result.boolean(row, timed_by_gateway);
        event.detail = text(result, row, detail);
        return event;
    }

    int recipient_id, status, source, at, timed_by_gateway, detail;
};

} // namespace

std::vector<StuckRecipient> read_stuck(const Result& result) {
    const StuckColumns columns(result);
    std::vector<StuckRecipient> recipients;
    recipients.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        recipients.push_back(columns.read(result, row));
    }
    return recipients;
}

std::vector<RecipientRecord> read_records(const Result& result) {
    const StuckColumns columns(result);
    const int message_id = result.column("message_id");
    const int variant = result.column("variant");
    const int delivered_at = result.column("delivered_at");
    const int read_at = result.column("read_at");
    const int replied_at = result.column("replied_at");
    const int reply_text = result.column("reply_text");
    const int purchased_at = result.column("purchased_at");
    const int purchase_amount = result.column("purchase_amount");
    std::vector<RecipientRecord> records(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        RecipientRecord& record = records[static_cast<std::size_t>(row)];
        record.recipient = columns.read(result, row);
        record.message_id = text(result, row, message_id);
        record.variant = result.integer(row, variant);
        record.delivered_at = optional_time(result, row, delivered_at);
        record.read_at = optional_time(result, row, read_at);
        record.replied_at = optional_time(result, row, replied_at);
        record.reply_text = text(result, row, reply_text);
        record.purchased_at = optional_time(result, row, purchased_at);
        record.purchase_amount = text(result, row, purchase_amount);
    }
    return records;
}

void add_history(const Result& result, std::vector<RecipientRecord>& records) {
    const EventColumns columns(result);
    auto record = records.begin();
    for (int row = 0; row < result.rows(); ++row) {
        const std::int64_t id = result.integer(row, columns.recipient_id);
        // Both are in order of id; a history without a recipient is passed over.
        while (record != records.end() && record->recipient.id < id) {
            ++record;
        }
        if (record != records.end() && record->recipient.id == id) {
            record->history.push_back(columns.read(result, row));
        }
    }
}

std::vector<BlastCounts> read_variants(const Result& result, std::size_t messages) {
    std::vector<BlastCounts> variants(messages);
    for (int row = 0; row < result.rows(); ++row) {
        const auto variant = static_cast<std::size_t>(result.integer(row, "variant"));
        if (variant >= messages) {
            throw DatabaseError(
                "a recipient has a variant that the blast has no message for", "", false);
        }
        BlastCounts& counts = variants[variant];
        count_of(counts, result.text(row, "state")) += result.integer(row, "recipients");
        counts.undeliverable += result.integer(row, "undeliverable");
        counts.closed += result.integer(row, "closed");
    }
    return variants;
}

} // namespace blast
