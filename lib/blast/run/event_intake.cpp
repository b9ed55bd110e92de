#include "blast/run/event_intake.hpp"

#include "blast/core/printable.hpp"
#include "blast/run/group_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace blast {

namespace {

constexpr const char* opt_out_reason = "opted out";

/// Events of a group that are the same, once.
struct DistinctEvents {
    std::vector<const InboxEvent*> events;
    std::vector<int> repeats; ///< of each, how often it came beyond once
};

DistinctEvents distinct(const std::vector<const InboxEvent*>& group) {
    DistinctEvents out;
    std::unordered_map<std::string_view, std::size_t> place_of_body;
    for (const InboxEvent* event : group) {
        const auto [place, is_new] = place_of_body.emplace(event->body, out.events.size());
        if (is_new) {
            out.events.push_back(event);
            out.repeats.push_back(0);
        } else {
            ++out.repeats[place->second];
        }
    }
    return out;
}

ArrivedEvent arrived(const InboxEvent& event, double received_at, const AttributionRules& rules) {
    const auto* const message = std::get_if<IncomingMessage>(&event.content);
    if (message == nullptr)
        return {&event, received_at, {}};
    const double at = std::floor(time_of(*message, received_at).at);
    return {&event, received_at, reply_scope(*message, static_cast<std::int64_t>(at), rules)};
}

std::optional<double> told_time(const ArrivedEvent& arrived) {
    if (const auto* const message = std::get_if<IncomingMessage>(&arrived.event->content))
        return time_of(*message, arrived.received_at).at;
    const auto* const receipt = std::get_if<StatusReceipt>(&arrived.event->content);
    if (receipt == nullptr)
        return std::nullopt;
    const auto seconds =
        receipt->c2s_timestamp ? receipt->c2s_timestamp : receipt->message_timestamp;
    return seconds ? std::optional(static_cast<double>(*seconds)) : std::nullopt;
}

InboxRecord refused_record(const InboxEvent& event, const DatabaseError& error) {
    InboxRecord record;
    record.event = &event;
    record.reason = fmt::format("the database refused to apply it: {}", printable(error.what()));
    return record;
}

void count_state(const InboxRecord& record, IntakeCounts& counts) {
    switch (record.state) {
    case InboxState::applied: ++counts.applied; break;
    case InboxState::waiting: ++counts.waiting; break;
    case InboxState::kept: ++counts.kept; break;
    }
}

InboxRecord
plan_event(const ArrivedEvent& arrived, const Matches& matches, TrackingChanges& changes) {
    InboxRecord record;
    record.event = arrived.event;
    record.occurred_at = told_time(arrived);
    record.scope = arrived.scope;
    if (is_applicable(matches)) {
        record.state = InboxState::applied;
        record.recipient = matches.front().key;
        add_changes(arrived, matches, changes);
    } else if (!matches.empty()) {
        record.state = InboxState::waiting;
        record.reason = matches.front().reason;
    } else {
        record.reason = std::get<UnmatchableEvent>(arrived.event->content).reason;
    }
    return record;
}

/// Repeats are only counted, be they of events that came before or within the group.
void add_repeats(
    const DistinctEvents& came,
    const EventFacts& facts,
    std::vector<InboxRecord>& records,
    IntakeCounts& counts) {
    std::size_t next_fresh = 0;
    for (std::size_t i = 0; i < came.events.size(); ++i) {
        const bool came_before = facts.repeated.contains(i);
        counts.repeats += came.repeats[i] + (came_before ? 1 : 0);
        if (came_before) {
            InboxRecord record;
            record.event = came.events[i];
            record.repeats = came.repeats[i];
            records.push_back(record);
        } else {
            records[next_fresh++].repeats = came.repeats[i];
        }
    }
}

} // namespace

IntakeCounts& IntakeCounts::operator+=(const IntakeCounts& other) {
    events += other.events;
    applied += other.applied;
    waiting += other.waiting;
    kept += other.kept;
    repeats += other.repeats;
    opted_out += other.opted_out;
    return *this;
}

EventIntake::EventIntake(AttributionRules rules, OptOutWords opt_out_words, int counter_slot)
    : rules_(std::move(rules)),
      opt_out_words_(std::move(opt_out_words)),
      counter_slot_(counter_slot) {}

IntakeCounts
EventIntake::take_in(Connection& connection, const std::vector<InboxEvent>& events) const {
    IntakeCounts counts;
    std::vector<const InboxEvent*> group;
    group.reserve(events.size());
    for (const InboxEvent& event : events)
        group.push_back(&event);
    if (group.empty())
        return counts;
    work_on_group(
        group,
        [&](const std::vector<const InboxEvent*>& part) { counts += commit(connection, part); },
        [&](const InboxEvent* event, const DatabaseError& error) {
            const InboxRecord record = refused_record(*event, error);
            connection.execute_together({keep_events_statement({record})});
            count_state(record, counts);
            ++counts.events;
        });
    return counts;
}

IntakeCounts
EventIntake::commit(Connection& connection, const std::vector<const InboxEvent*>& group) const {
    const DistinctEvents came = distinct(group);
    const EventFacts facts = look_up_arrivals(connection, came.events);
    std::vector<ArrivedEvent> fresh;
    for (std::size_t i = 0; i < came.events.size(); ++i) {
        if (!facts.repeated.contains(i))
            fresh.push_back(arrived(*came.events[i], facts.now, rules_));
    }
    TrackingChanges changes(ChangeSource::webhook);
    const std::vector<Matches> matches = match_events(fresh, facts);
    const std::vector<std::string> opt_outs = plan_opt_outs(fresh, facts, changes);
    std::vector<InboxRecord> records;
    for (std::size_t i = 0; i < fresh.size(); ++i)
        records.push_back(plan_event(fresh[i], matches[i], changes));

    IntakeCounts counts;
    for (const InboxRecord& record : records)
        count_state(record, counts);
    add_repeats(came, facts, records, counts);
    write(connection, records, opt_outs, changes);
    counts.events = static_cast<std::int64_t>(group.size());
    counts.opted_out = static_cast<std::int64_t>(opt_outs.size());
    return counts;
}

void EventIntake::write(
    Connection& connection,
    const std::vector<InboxRecord>& records,
    const std::vector<std::string>& opt_outs,
    const TrackingChanges& changes) const {
    std::vector<Statement> statements{keep_events_statement(records)};
    if (!opt_outs.empty())
        statements.push_back(opt_out_statement(opt_outs, opt_out_reason));
    for (Statement& statement : changes.statements(counter_slot_).statements)
        statements.push_back(std::move(statement));
    connection.execute_together(statements);
}

std::vector<std::string> EventIntake::plan_opt_outs(
    const std::vector<ArrivedEvent>& events,
    const EventFacts& facts,
    TrackingChanges& changes) const {
    std::vector<std::string> phones;
    for (const ArrivedEvent& arrived : events) {
        const auto* const message = std::get_if<IncomingMessage>(&arrived.event->content);
        if (message == nullptr || !opt_out_words_.matches(message->text) ||
            std::find(phones.begin(), phones.end(), message->phone) != phones.end())
            continue;
        phones.push_back(message->phone);
        const auto queued = facts.queued.find(message->phone);
        if (queued == facts.queued.end())
            continue;
        for (const RecipientKey& key : queued->second)
            changes.drop(key, opt_out_reason);
    }
    return phones;
}

} // namespace blast
