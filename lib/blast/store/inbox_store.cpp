#include "blast/store/inbox_store.hpp"

#include "blast/sql.hpp"

#include <set>

namespace blast {

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// What has to be looked up for a group of events.
struct Keys {
    std::set<std::string> message_ids;
    std::set<std::string> phones;
};

void add_keys(const StatusReceipt& receipt, Keys& keys) {
    keys.message_ids.insert(receipt.message_id);
    if (!receipt.phone.empty()) {
        keys.phones.insert(receipt.phone);
    }
}

Keys keys_of(const std::vector<const InboxEvent*>& events) {
    Keys keys;
    for (const InboxEvent* event : events) {
        if (const auto* const receipt = std::get_if<StatusReceipt>(&event->content)) {
            add_keys(*receipt, keys);
        } else if (const auto* const message = std::get_if<IncomingMessage>(&event->content)) {
            keys.phones.insert(message->phone);
        }
    }
    return keys;
}

SentMessage read_sent(const Result& result, int row) {
    return {
        {result.integer(row, "blast_id"), result.integer(row, "id")},
        std::string(result.text(row, "message_id")),
        std::string(result.text(row, "device")),
        result.integer(row, "accepted"),
        false};
}

void read_repeated(const Result& result, EventFacts& facts) {
    for (int row = 0; row < result.rows(); ++row) {
        facts.repeated.insert(static_cast<std::size_t>(result.integer(row, "place") - 1));
    }
}

void read_sent_by_id(const Result& result, EventFacts& facts) {
    for (int row = 0; row < result.rows(); ++row) {
        SentMessage message = read_sent(result, row);
        message.erased = result.boolean(row, "erased");
        facts.sent_by_message_id[message.message_id].push_back(std::move(message));
    }
}

void read_sent_to_phones(const Result& result, EventFacts& facts) {
    for (int row = 0; row < result.rows(); ++row) {
        facts.sent_to_phone[std::string(result.text(row, "phone"))].push_back(
            read_sent(result, row));
    }
}

void read_open_attempts(const Result& result, EventFacts& facts) {
    for (int row = 0; row < result.rows(); ++row) {
        const std::string phone(result.text(row, "phone_number"));
        const RecipientKey key{result.integer(row, "blast_id"), result.integer(row, "id")};
        const OutboxState state =
            parse_outbox_state(result.text(row, "state")).value_or(OutboxState::unconfirmed);
        facts.open_attempts[phone].push_back(
            {key, state, std::string(result.text(row, "device")), result.integer(row, "begun"),
             result.integer(row, "ended")});
    }
}

void read_opt_out_reach(const Result& result, EventFacts& facts) {
    for (int row = 0; row < result.rows(); ++row) {
        OptOutReach& reach = facts.opt_out_reach[std::string(result.text(row, "number"))];
        reach.phones.emplace(result.text(row, "phone"));
        if (!result.is_null(row, "id")) {
            reach.queued.push_back({result.integer(row, "blast_id"), result.integer(row, "id")});
        }
    }
}

} // namespace

std::string_view to_string(InboxState state) noexcept {
    switch (state) {
    case InboxState::waiting: return "WAITING";
    case InboxState::applied: return "APPLIED";
    case InboxState::kept: break;
    }
    return "KEPT";
}

std::vector<Statement> look_up_arrivals_statements(
    const std::vector<const InboxEvent*>& events, const std::set<std::string>& opt_outs) {
    ArrayLiteral bodies;
    for (const InboxEvent* event : events) {
        bodies.add(event->body);
    }
    std::vector<Statement> statements = look_up_waiting_statements(events);
    statements.push_back({sql::inbox_known, Parameters::of(std::move(bodies))});
    if (!opt_outs.empty()) {
        statements.push_back({sql::opt_out_reach, Parameters::of(array_of(opt_outs))});
    }
    return statements;
}

EventFacts read_arrival_facts(const Results& results) {
    EventFacts facts = read_waiting_facts(results);
    read_repeated(results.at(4), facts);
    if (results.size() > 5) {
        read_opt_out_reach(results.at(5), facts);
    }
    return facts;
}

std::vector<Statement> look_up_waiting_statements(const std::vector<const InboxEvent*>& events) {
    const Keys keys = keys_of(events);
    return {
        {sql::server_time},
        {sql::sent_by_message_id, Parameters::of(array_of(keys.message_ids))},
        {sql::sent_to_phones, Parameters::of(array_of(keys.phones))},
        {sql::outbox_of_phones, Parameters::of(array_of(keys.phones))}};
}

EventFacts read_waiting_facts(const Results& results) {
    EventFacts facts;
    facts.now = results.at(0).one_row().number(0, "epoch");
    read_sent_by_id(results.at(1), facts);
    read_sent_to_phones(results.at(2), facts);
    read_open_attempts(results.at(3), facts);
    return facts;
}

Statement keep_events_statement(const std::vector<InboxRecord>& records) {
    ArrayLiteral bodies;
    ArrayLiteral erased;
    ArrayLiteral repeats;
    ArrayLiteral kinds;
    ArrayLiteral states;
    ArrayLiteral message_ids;
    ArrayLiteral phones;
    ArrayLiteral times;
    ArrayLiteral blasts;
    ArrayLiteral recipients;
    ArrayLiteral reasons;
    ArrayLiteral devices;
    ArrayLiteral earliest;
    for (const InboxRecord& record : records) {
        const InboxEvent& event = *record.event;
        const auto* const receipt = std::get_if<StatusReceipt>(&event.content);
        const auto* const message = std::get_if<IncomingMessage>(&event.content);
        bodies.add(event.body);
        erased.add(record.erased ? "t" : "f");
        repeats.add(record.repeats);
        kinds.add(to_string(kind_of(event)));
        states.add(to_string(record.state));
        message_ids.add(receipt == nullptr ? std::nullopt : std::optional(receipt->message_id));
        phones.add(
            receipt != nullptr   ? unless_empty(receipt->phone)
            : message != nullptr ? std::optional(message->phone)
                                 : std::nullopt);
        times.add(record.occurred_at);
        blasts.add(record.recipient ? std::optional(record.recipient->blast_id) : std::nullopt);
        recipients.add(record.recipient ? std::optional(record.recipient->id) : std::nullopt);
        reasons.add(unless_empty(record.reason));
        devices.add(unless_empty(record.scope.device));
        earliest.add(message == nullptr ? std::nullopt : std::optional(record.scope.earliest));
    }
    return {
        sql::inbox_insert,
        Parameters::of(
            std::move(bodies), std::move(repeats), std::move(kinds), std::move(states),
            std::move(message_ids), std::move(phones), std::move(times), std::move(blasts),
            std::move(recipients), std::move(reasons), std::move(devices), std::move(earliest),
            std::move(erased))};
}

Statement end_events_statement(const std::vector<EndedEvent>& events) {
    ArrayLiteral ids;
    ArrayLiteral blasts;
    ArrayLiteral recipients;
    for (const EndedEvent& event : events) {
        ids.add(event.id);
        blasts.add(event.recipient.blast_id);
        recipients.add(event.recipient.id);
    }
    return {
        sql::inbox_end, Parameters::of(std::move(ids), std::move(blasts), std::move(recipients))};
}

Statement opt_out_statement(const std::set<std::string>& phones, const std::string& reason) {
    ArrayLiteral numbers;
    ArrayLiteral reasons;
    for (const std::string& phone : phones) {
        numbers.add(phone);
        reasons.add(reason);
    }
    return {sql::opt_out_add, Parameters::of(std::move(numbers), "webhook", std::move(reasons))};
}

Statement waiting_statement(
    std::int64_t after, std::size_t limit, std::optional<std::chrono::seconds> young) {
    const auto seconds = young ? std::optional(static_cast<double>(young->count())) : std::nullopt;
    return {sql::inbox_waiting, Parameters::of(after, limit, seconds)};
}

std::vector<WaitingEvent> read_waiting(const Result& result) {
    std::vector<WaitingEvent> events;
    events.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        events.push_back(
            {result.integer(row, "id"),
             std::string(result.text(row, "body")),
             result.number(row, "received_at"),
             {result.integer(row, "answers_since"), result.integer(row, "occurred_at"),
              std::string(result.text(row, "device"))}});
    }
    return events;
}

Statement give_up_waiting_statement(std::chrono::seconds patience) {
    return {sql::inbox_give_up, Parameters::of(static_cast<double>(patience.count()))};
}

std::int64_t count_waiting(Connection& connection) {
    return connection.execute(sql::inbox_waiting_count).one_row().integer(0, "waiting");
}

std::vector<ListedEvent> list_inbox(Connection& connection, std::int64_t after, std::size_t limit) {
    const Result result = connection.execute(sql::inbox_list, Parameters::of(after, limit));
    const auto text = [&](int row, std::string_view column) {
        return std::string(result.text(row, column));
    };
    std::vector<ListedEvent> events;
    events.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        const auto received = std::chrono::duration<double>(result.number(row, "received_at"));
        events.push_back(
            {result.integer(row, "id"),
             WallTime(std::chrono::duration_cast<WallTime::duration>(received)), text(row, "kind"),
             text(row, "state"), result.integer(row, "repeats"), text(row, "message_id"),
             text(row, "phone_number"), text(row, "reason"), text(row, "body")});
    }
    return events;
}

} // namespace blast
