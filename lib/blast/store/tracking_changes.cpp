#include "blast/store/tracking_changes.hpp"

#include "blast/sql.hpp"
#include "blast/store/database_error.hpp"

#include <algorithm>

namespace blast {

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

const char* source_word(ChangeSource source) {
    return source == ChangeSource::poll ? "poll" : "webhook";
}

std::optional<std::string_view> reached_status(const std::string& word) {
    const std::optional<Status> reached = read_gateway_status(word).reached;
    return reached ? std::optional(to_string(*reached)) : std::nullopt;
}

Statement status_statement(
    std::int64_t blast_id,
    ChangeSource source,
    int counter_slot,
    const std::vector<StatusReport>& reports) {
    ArrayLiteral ids;
    ArrayLiteral message_ids;
    ArrayLiteral words;
    ArrayLiteral reached;
    ArrayLiteral times;
    ArrayLiteral reasons;
    for (const StatusReport& report : reports) {
        ids.add(report.key.id);
        message_ids.add(report.message_id);
        words.add(unless_empty(report.word));
        reached.add(reached_status(report.word));
        times.add(report.c2s_timestamp);
        reasons.add(unless_empty(report.reason));
    }
    return {
        sql::status_apply,
        Parameters::of(
            blast_id, counter_slot, source_word(source), std::move(ids), std::move(message_ids),
            std::move(words), std::move(reached), std::move(times), std::move(reasons))};
}

Statement
reply_statement(std::int64_t blast_id, int counter_slot, const std::vector<ReplyReport>& replies) {
    ArrayLiteral ids;
    ArrayLiteral times;
    ArrayLiteral texts;
    ArrayLiteral clocks;
    for (const ReplyReport& reply : replies) {
        ids.add(reply.key.id);
        times.add(reply.at);
        texts.add(reply.text);
        clocks.add(reply.gateway_time ? "gateway" : "us");
    }
    return {
        sql::reply_apply, Parameters::of(
                              blast_id, counter_slot, std::move(ids), std::move(times),
                              std::move(texts), std::move(clocks))};
}

Statement confirm_statement(int counter_slot, const Confirmation& confirmation) {
    return {
        sql::confirm_attempt,
        Parameters::of(
            confirmation.key.blast_id, counter_slot, confirmation.key.id, confirmation.message_id,
            confirmation.message_timestamp, unless_empty(confirmation.device),
            unless_empty(confirmation.data))};
}

template <typename Rounds>
void append_ids(const Rounds& rounds, std::vector<std::int64_t>& ids) {
    for (const auto& round : rounds.all()) {
        for (const auto& report : round) {
            ids.push_back(report.key.id);
        }
    }
}

} // namespace

std::size_t TrackingChanges::BlastChanges::statement_count() const {
    return (dropped.empty() ? 0 : 1) + confirmations.size() + reports.all().size() +
           replies.all().size();
}

std::vector<std::int64_t> TrackingChanges::BlastChanges::outbox_ids() const {
    std::vector<std::int64_t> ids = dropped;
    for (const Confirmation& confirmation : confirmations) {
        ids.push_back(confirmation.key.id);
    }
    return ids;
}

std::vector<std::int64_t> TrackingChanges::BlastChanges::recipient_ids() const {
    std::vector<std::int64_t> ids;
    append_ids(reports, ids);
    append_ids(replies, ids);
    return ids;
}

void TrackingChanges::add(StatusReport report) {
    BlastChanges& changes = blasts_[report.key.blast_id];
    changes.reports.add(std::move(report));
}

void TrackingChanges::add(ReplyReport reply) {
    BlastChanges& changes = blasts_[reply.key.blast_id];
    changes.replies.add(std::move(reply));
}

void TrackingChanges::add(Confirmation confirmation) {
    BlastChanges& changes = blasts_[confirmation.key.blast_id];
    changes.confirmations.push_back(std::move(confirmation));
}

void TrackingChanges::drop(const RecipientKey& key, const std::string& reason) {
    blasts_[key.blast_id].dropped.push_back(key.id);
    drop_reason_ = reason;
}

/// A single statement locks its rows before it changes a counter; several need all their locks first.
void TrackingChanges::add_locks(TrackingStatements& out) const {
    for (const auto& [blast_id, changes] : blasts_) {
        const std::vector<std::int64_t> ids = changes.outbox_ids();
        if (!ids.empty()) {
            out.statements.push_back({sql::lock_outbox, Parameters::of(blast_id, array_of(ids))});
        }
    }
    for (const auto& [blast_id, changes] : blasts_) {
        const std::vector<std::int64_t> ids = changes.recipient_ids();
        if (!ids.empty()) {
            out.statements.push_back(
                {sql::lock_recipients, Parameters::of(blast_id, array_of(ids))});
        }
    }
}

TrackingStatements TrackingChanges::statements(int counter_slot) const {
    std::size_t count = 0;
    for (const auto& [blast_id, changes] : blasts_) {
        count += changes.statement_count();
    }
    TrackingStatements out;
    if (count > 1) {
        add_locks(out);
    }
    for (const auto& [blast_id, changes] : blasts_) {
        if (!changes.dropped.empty()) {
            out.statements.push_back(
                {sql::drop_queued, Parameters::of(
                                       blast_id, counter_slot, array_of(changes.dropped),
                                       source_word(source_), drop_reason_)});
        }
        for (const Confirmation& confirmation : changes.confirmations) {
            out.statements.push_back(confirm_statement(counter_slot, confirmation));
        }
        for (const std::vector<StatusReport>& round : changes.reports.all()) {
            out.status_results.push_back(out.statements.size());
            out.statements.push_back(status_statement(blast_id, source_, counter_slot, round));
        }
        for (const std::vector<ReplyReport>& round : changes.replies.all()) {
            out.statements.push_back(reply_statement(blast_id, counter_slot, round));
        }
    }
    return out;
}

namespace {

void add_status_counts(const Result& result, StatusCounts& counts) {
    for (int row = 0; row < result.rows(); ++row) {
        const std::optional<Status> status = parse_status(result.text(row, "reached"));
        if (!status) {
            throw DatabaseError("an unknown status in blast_recipients", "", false);
        }
        counts[*status] += result.integer(row, "messages");
    }
}

} // namespace

StatusCounts read_status_counts(
    const Results& results, const std::vector<std::size_t>& which, std::size_t first) {
    StatusCounts counts;
    for (const std::size_t index : which) {
        add_status_counts(results.at(first + index), counts);
    }
    return counts;
}

} // namespace blast
