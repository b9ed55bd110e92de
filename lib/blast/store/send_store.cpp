#include "blast/store/send_store.hpp"

#include "blast/sql.hpp"

#include <algorithm>
#include <unordered_set>

namespace blast {

namespace {

double seconds(std::chrono::milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

ClaimedRecipient read_recipient(const Result& result, int row) {
    return {
        result.integer(row, "id"),
        std::string(result.text(row, "phone_number")),
        std::string(result.text(row, "variables")),
        static_cast<std::size_t>(result.integer(row, "variant")),
        {},
        {}};
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// The lowest and the highest id of a group: bounds that keep every plan to the group's part of an index.
template <typename Item>
std::pair<std::int64_t, std::int64_t> id_range(const std::vector<Item>& items) {
    const auto [low, high] = std::minmax_element(
        items.begin(), items.end(), [](const Item& a, const Item& b) { return a.id < b.id; });
    return {low->id, high->id};
}

/// What names messages, as columns: whose they are, of which attempt, and what the gateway calls them.
struct MessageColumns {
    void add(const AcceptedMessage& message) {
        ids.add(message.id);
        attempts.add(message.attempt);
        message_ids.add(message.message_id);
    }

    ArrayLiteral ids;
    ArrayLiteral attempts;
    ArrayLiteral message_ids;
};

Statement record_statement(const SettleRequest& request) {
    MessageColumns messages;
    ArrayLiteral timestamps;
    ArrayLiteral data;
    ArrayLiteral jid_phones;
    ArrayLiteral devices;
    for (const AcceptedMessage& message : request.accepted) {
        messages.add(message);
        timestamps.add(message.message_timestamp);
        data.add(unless_empty(message.data));
        jid_phones.add(unless_empty(message.jid_phone));
        devices.add(message.device);
    }
    const auto [low, high] = id_range(request.accepted);
    return {
        sql::record_accepted,
        Parameters::of(
            request.blast_id, std::move(messages.ids), std::move(messages.attempts),
            std::move(messages.message_ids), std::move(timestamps), std::move(data),
            std::move(jid_phones), std::move(devices), request.counter_slot, low, high),
        true};
}

/// Recording locks its rows in no order of its own, and several statements need all their locks first.
Statement lock_statement(const SettleRequest& request) {
    ArrayLiteral ids;
    for (const AcceptedMessage& message : request.accepted) {
        ids.add(message.id);
    }
    for (const EndedAttempt& ended : request.ended) {
        ids.add(ended.id);
    }
    return {sql::lock_outbox, Parameters::of(request.blast_id, std::move(ids)), true};
}

Statement end_statement(const SettleRequest& request) {
    ArrayLiteral ids;
    ArrayLiteral attempts;
    ArrayLiteral states;
    ArrayLiteral reasons;
    ArrayLiteral pauses;
    for (const EndedAttempt& ended : request.ended) {
        ids.add(ended.id);
        attempts.add(ended.attempt);
        states.add(ended.state);
        reasons.add(unless_empty(ended.reason));
        pauses.add(ended.pause);
    }
    const auto [low, high] = id_range(request.ended);
    return {
        sql::settle_attempts,
        Parameters::of(
            request.blast_id, std::move(ids), std::move(attempts), std::move(states),
            std::move(reasons), std::move(pauses), request.counter_slot, low, high)};
}

void add_device_statements(
    const SettleRequest::DeviceChange& change, std::vector<Statement>& statements) {
    for (const auto& [day, count] : change.unposted) {
        statements.push_back({sql::return_posts, Parameters::of(change.device, count, day)});
    }
    if (change.accepted > 0) {
        statements.push_back(
            {sql::relax_device, Parameters::of(change.device, change.accepted), true});
    }
    if (change.throttled) {
        const auto wait = change.retry_after
                              ? std::optional(static_cast<double>(change.retry_after->count()))
                              : std::nullopt;
        statements.push_back({sql::throttle_device, Parameters::of(change.device, wait)});
    }
}

} // namespace

std::vector<Statement> claim_statements(const ClaimRequest& request) {
    ArrayLiteral starts;
    for (const double start : request.starts) {
        starts.add(start);
    }
    const auto parameters = Parameters::of(
        request.blast_id, request.after, request.starts.size() - 1, request.attempt,
        seconds(request.lease), request.device, request.paced, std::move(starts),
        seconds(request.ahead), request.daily_cap, request.timezone, request.counter_slot,
        request.next_slot);
    return {{sql::plan_claim, {}, true}, {sql::claim_recipients, parameters, true}};
}

ClaimAnswer read_claim(const Results& results) {
    const Result& result = results.at(1);
    ClaimAnswer answer;
    if (result.empty()) {
        throw DatabaseError("the device has no row in devices", "", false);
    }
    answer.server_epoch = result.number(0, "server_epoch");
    answer.first_slot_in = result.number(0, "first_slot_in");
    answer.slowdown_factor = result.number(0, "slowdown_factor");
    answer.blocked_for = result.number(0, "blocked_for");
    answer.capped = result.boolean(0, "capped");
    answer.slots = result.integer(0, "slots");
    const std::string_view counted_on = result.text(0, "counted_on");
    answer.rows.reserve(static_cast<std::size_t>(result.rows() - 1));
    for (int row = 1; row < result.rows(); ++row) {
        answer.rows.push_back(read_recipient(result, row));
        answer.rows.back().counted_on = counted_on;
    }
    return answer;
}

Statement
read_back_statement(std::int64_t blast_id, const AttemptId& attempt, const std::string& timezone) {
    return {sql::read_back_attempt, Parameters::of(blast_id, attempt.view(), timezone)};
}

std::vector<ClaimedRecipient> read_read_back(const Result& result) {
    std::vector<ClaimedRecipient> rows;
    rows.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        rows.push_back(read_recipient(result, row));
        rows.back().counted_on = result.text(row, "counted_on");
    }
    return rows;
}

std::vector<Statement> check_queue_statements(std::int64_t blast_id, int counter_slot) {
    return {
        {sql::expire_leases, Parameters::of(blast_id, counter_slot)},
        {sql::drop_opted_out, Parameters::of(blast_id, counter_slot)},
        {sql::queue_state, Parameters::of(blast_id)}};
}

QueueChecked read_queue_check(const Results& results) {
    const Result& state = results.back().one_row();
    QueueChecked checked{state.integer(0, "queued"), std::nullopt};
    if (const auto wait = state.optional_number(0, "next_in")) {
        checked.next_due = std::chrono::milliseconds(static_cast<std::int64_t>(*wait * 1000.0));
    }
    return checked;
}

Statement unwanted_statement(std::int64_t blast_id, const std::vector<std::int64_t>& ids) {
    return {sql::unwanted_recipients, Parameters::of(blast_id, array_of(ids)), true};
}

std::vector<std::int64_t> read_unwanted(const Result& result) {
    std::vector<std::int64_t> ids;
    for (int row = 0; row < result.rows(); ++row) {
        ids.push_back(result.integer(row, "id"));
    }
    return ids;
}

std::vector<Statement> settle_statements(const SettleRequest& request) {
    std::vector<Statement> statements{{sql::disable_nested_loops, {}, true}};
    std::vector<SettleRequest::DeviceChange> devices = request.devices;
    std::sort(devices.begin(), devices.end(), [](const auto& a, const auto& b) {
        return a.device < b.device;
    });
    for (const auto& change : devices) {
        add_device_statements(change, statements);
    }
    if (!request.closes_circuit.empty()) {
        statements.push_back(
            {sql::close_circuit, Parameters::of(request.blast_id, request.closes_circuit)});
    }
    if (!request.accepted.empty() || !request.ended.empty()) {
        statements.push_back(lock_statement(request));
    }
    if (!request.ended.empty()) {
        statements.push_back(end_statement(request));
    }
    if (!request.releases.empty()) {
        statements.push_back(
            {sql::release_attempts,
             Parameters::of(request.blast_id, array_of(request.releases), request.counter_slot)});
    }
    if (!request.accepted.empty()) {
        statements.push_back(record_statement(request));
    }
    return statements;
}

std::vector<AcceptedMessage>
not_recorded(const std::vector<AcceptedMessage>& accepted, const Result& recorded) {
    std::vector<AcceptedMessage> missing;
    if (static_cast<std::size_t>(recorded.integer(0, "recorded")) == accepted.size()) {
        return missing;
    }
    std::unordered_set<std::int64_t> done;
    for (int row = 0; row < recorded.rows(); ++row) {
        done.insert(recorded.integer(row, "id")); // 0, which is nobody's, where there is none
    }
    for (const AcceptedMessage& message : accepted) {
        if (!done.contains(message.id)) {
            missing.push_back(message);
        }
    }
    return missing;
}

Statement
find_recorded_statement(std::int64_t blast_id, const std::vector<AcceptedMessage>& messages) {
    MessageColumns columns;
    for (const AcceptedMessage& message : messages) {
        columns.add(message);
    }
    return {
        sql::find_recorded, Parameters::of(
                                blast_id, std::move(columns.ids), std::move(columns.message_ids),
                                std::move(columns.attempts))};
}

std::vector<RecordConflict>
read_find_recorded(const Result& result, const std::vector<AcceptedMessage>& messages) {
    std::vector<RecordConflict> conflicts;
    for (int row = 0; row < result.rows(); ++row) {
        const auto recorded_as = result.optional_integer(row, "recorded_as");
        const AcceptedMessage& message = messages.at(static_cast<std::size_t>(row));
        if (recorded_as == message.id) {
            conflicts.push_back(RecordConflict::recorded_before);
        } else if (recorded_as && result.text(row, "attempt_id") == message.attempt) {
            conflicts.push_back(RecordConflict::id_taken);
        } else if (result.boolean(row, "resent")) {
            conflicts.push_back(RecordConflict::resent);
        } else {
            conflicts.push_back(RecordConflict::gone);
        }
    }
    return conflicts;
}

KnownOutcomes find_outcomes(Connection& connection, const SettleRequest& kept) {
    MessageColumns columns;
    for (const AcceptedMessage& message : kept.accepted) {
        columns.add(message);
    }
    for (const EndedAttempt& ended : kept.ended) {
        columns.ids.add(ended.id);
        columns.attempts.add(ended.attempt);
        columns.message_ids.add_null();
    }
    const Result rows = connection.execute(
        sql::find_outcomes, Parameters::of(
                                kept.blast_id, std::move(columns.ids), std::move(columns.attempts),
                                std::move(columns.message_ids)));
    KnownOutcomes known;
    for (int row = 0; row < rows.rows(); ++row) {
        const std::string_view word = rows.text(row, "outcome");
        ++(word == "HERE" ? known.here : word == "OTHER" ? known.other : known.unknown);
    }
    return known;
}

Statement note_late_message_statement(std::int64_t blast_id, const AcceptedMessage& message) {
    return {sql::note_late_message, Parameters::of(blast_id, message.id, message.message_id)};
}

Statement heartbeat_statement(
    std::int64_t blast_id, const std::string& sender, std::chrono::milliseconds lease) {
    return {sql::heartbeat, Parameters::of(blast_id, sender, seconds(lease))};
}

Statement note_stop_statement(std::int64_t blast_id, const std::string& stopped_by) {
    return {sql::note_stop, Parameters::of(blast_id, stopped_by)};
}

Statement end_heartbeat_statement(
    std::int64_t blast_id, const std::string& sender, const std::string& stopped_by) {
    return {sql::end_heartbeat, Parameters::of(blast_id, sender, unless_empty(stopped_by))};
}

} // namespace blast
