#include "blast/run/event_intake.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/phone.hpp"

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
    if (message == nullptr) {
        return {&event, received_at, {}};
    }
    const double at = std::floor(time_of(*message, received_at).at);
    return {&event, received_at, reply_scope(*message, static_cast<std::int64_t>(at), rules)};
}

std::optional<double> told_time(const ArrivedEvent& arrived) {
    if (const auto* const message = std::get_if<IncomingMessage>(&arrived.event->content)) {
        return time_of(*message, arrived.received_at).at;
    }
    const auto* const receipt = std::get_if<StatusReceipt>(&arrived.event->content);
    if (receipt == nullptr) {
        return std::nullopt;
    }
    const auto seconds =
        receipt->c2s_timestamp ? receipt->c2s_timestamp : receipt->message_timestamp;
    return seconds ? std::optional(static_cast<double>(*seconds)) : std::nullopt;
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

EventIntake::EventIntake(const IntakeRules& rules, std::vector<InboxEvent> events)
    : rules_(rules), events_(std::move(events)) {
    Group all;
    all.reserve(events_.size());
    for (const InboxEvent& event : events_) {
        all.push_back(&event);
    }
    work_.add(std::move(all));
}

std::vector<Statement> EventIntake::next() const {
    if (stage_ == Stage::write) {
        return write_;
    }
    const std::vector<const InboxEvent*> events = distinct(work_.current()).events;
    return look_up_arrivals_statements(events, opt_out_numbers(events));
}

WorkProgress EventIntake::take(const PipelineOutcome& outcome) {
    if (outcome.failure) {
        return after_failure(*outcome.failure);
    }
    if (stage_ == Stage::look_up) {
        plan(read_arrival_facts(outcome.results));
        stage_ = Stage::write;
        return WorkProgress::more;
    }
    counts_ += planned_;
    if (writes_opt_outs_) {
        const auto sending = read_sending_to_phones(outcome.results.at(2));
        on_their_way_.insert(on_their_way_.end(), sending.begin(), sending.end());
    }
    refused_ = false;
    stage_ = Stage::look_up;
    work_.finish_current();
    return work_.empty() ? WorkProgress::done : WorkProgress::more;
}

WorkProgress EventIntake::after_failure(const DatabaseError& error) {
    failure_ = error.what();
    if (error.connection_lost()) {
        return WorkProgress::lost;
    }
    const auto blame = work_.blame(error);
    const bool is_item = blame == BatchedWork<Group>::Blame::item;
    if (blame == BatchedWork<Group>::Blame::database || (is_item && refused_)) {
        return WorkProgress::failed;
    }
    stage_ = Stage::look_up;
    if (is_item) {
        plan_refused(error);
    }
    return WorkProgress::more;
}

/// The event cannot be applied: it is only kept.
void EventIntake::plan_refused(const DatabaseError& error) {
    InboxRecord record;
    record.event = work_.current().front();
    record.reason = fmt::format("the database refused to apply it: {}", printable(error.what()));
    planned_ = {};
    planned_.events = 1;
    count_state(record, planned_);
    write_ = {keep_events_statement({record})};
    writes_opt_outs_ = false;
    refused_ = true;
    stage_ = Stage::write;
}

void EventIntake::plan(const EventFacts& facts) {
    const DistinctEvents came = distinct(work_.current());
    std::vector<ArrivedEvent> fresh;
    for (std::size_t i = 0; i < came.events.size(); ++i) {
        if (!facts.repeated.contains(i)) {
            fresh.push_back(arrived(*came.events[i], facts.now, rules_.attribution));
        }
    }
    TrackingChanges changes(ChangeSource::webhook);
    const std::vector<Matches> matches = match_events(fresh, facts);
    planned_ = {};
    const std::set<std::string> opt_outs = plan_opt_outs(fresh, facts, changes);
    std::vector<InboxRecord> records;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        records.push_back(plan_event(fresh[i], matches[i], changes));
        records.back().erased = is_about_erased(*fresh[i].event, facts);
    }

    planned_.events = static_cast<std::int64_t>(work_.current().size());
    for (const InboxRecord& record : records) {
        count_state(record, planned_);
    }
    add_repeats(came, facts, records, planned_);
    plan_write(records, opt_outs, changes);
}

/// The message in which a person wants no more; null when it is none.
const IncomingMessage* EventIntake::opt_out_in(const InboxEvent& event) const {
    const auto* const message = std::get_if<IncomingMessage>(&event.content);
    return message != nullptr && rules_.opt_out_words.matches(message->text) ? message : nullptr;
}

std::set<std::string>
EventIntake::opt_out_numbers(const std::vector<const InboxEvent*>& events) const {
    std::set<std::string> numbers;
    for (const InboxEvent* const event : events) {
        if (const IncomingMessage* const message = opt_out_in(*event)) {
            numbers.merge(spellings_of(message->phone));
        }
    }
    return numbers;
}

/// Returns the phones that are not to be written to any more, and drops what is queued for them.
std::set<std::string> EventIntake::plan_opt_outs(
    const std::vector<ArrivedEvent>& events, const EventFacts& facts, TrackingChanges& changes) {
    std::set<std::string> senders;
    std::set<std::string> phones;
    std::set<RecipientKey> queued;
    for (const ArrivedEvent& arrived : events) {
        const IncomingMessage* const message = opt_out_in(*arrived.event);
        if (message == nullptr || !senders.insert(message->phone).second) {
            continue;
        }
        for (const std::string& number : spellings_of(message->phone)) {
            const OptOutReach& reach = facts.opt_out_reach.at(number);
            phones.insert(reach.phones.begin(), reach.phones.end());
            queued.insert(reach.queued.begin(), reach.queued.end());
        }
    }
    for (const RecipientKey& key : queued) {
        changes.drop(key, opt_out_reason);
    }
    planned_.opted_out = static_cast<std::int64_t>(senders.size());
    return phones;
}

void EventIntake::plan_write(
    const std::vector<InboxRecord>& records,
    const std::set<std::string>& opt_outs,
    const TrackingChanges& changes) {
    write_ = {keep_events_statement(records)};
    writes_opt_outs_ = !opt_outs.empty();
    if (writes_opt_outs_) {
        write_.push_back(opt_out_statement(opt_outs, opt_out_reason));
        write_.push_back(sending_to_phones_statement({opt_outs.begin(), opt_outs.end()}));
    }
    for (Statement& statement : changes.statements(rules_.counter_slot).statements) {
        write_.push_back(std::move(statement));
    }
}

} // namespace blast
