#include "blast/run/waiting_events.hpp"

#include "blast/gateway/webhook_event.hpp"
#include "blast/run/finish_work.hpp"

#include <numeric>

namespace blast {

namespace {

constexpr std::size_t page_size = 500;
constexpr std::chrono::hours patience{8 * 24};

} // namespace

std::vector<Statement> WaitingEvents::next() const {
    switch (stage_) {
    case Stage::load: return {waiting_statement(after_, page_size, scope_.young)};
    case Stage::write: return write_;
    case Stage::give_up: return {give_up_waiting_statement(patience)};
    case Stage::look_up: break;
    }
    std::vector<const InboxEvent*> part;
    for (const Place place : parts_.current()) {
        part.push_back(&events_[place]);
    }
    return look_up_waiting_statements(part);
}

WorkProgress WaitingEvents::take(const PipelineOutcome& outcome) {
    if (outcome.failure) {
        return after_failure(*outcome.failure);
    }
    switch (stage_) {
    case Stage::load: return after_page(read_waiting(outcome.results.front()));
    case Stage::look_up: return after_look_up(read_waiting_facts(outcome.results));
    case Stage::write: applied_ += planned_; return finish_part();
    case Stage::give_up: break;
    }
    return WorkProgress::done;
}

/// An event that the database refuses goes on waiting: its turn comes again, and at last it is kept for inspection.
WorkProgress WaitingEvents::after_failure(const DatabaseError& error) {
    if (error.connection_lost()) {
        return WorkProgress::lost;
    }
    if (parts_.empty()) {
        return WorkProgress::failed;
    }
    switch (parts_.blame(error)) {
    case WorkParts<Place>::Blame::database: return WorkProgress::failed;
    case WorkParts<Place>::Blame::item: return finish_part();
    default: break;
    }
    stage_ = Stage::look_up;
    return WorkProgress::more;
}

WorkProgress WaitingEvents::after_page(std::vector<WaitingEvent> rows) {
    if (rows.empty()) {
        if (scope_.young || after_ == 0) {
            return WorkProgress::done;
        }
        stage_ = Stage::give_up;
        return WorkProgress::more;
    }
    rows_ = std::move(rows);
    after_ = rows_.back().id;
    events_.clear();
    for (const WaitingEvent& row : rows_) {
        events_.push_back(std::move(read_webhook(row.body).front()));
    }
    std::vector<Place> places(rows_.size());
    std::iota(places.begin(), places.end(), Place{0});
    parts_.add(std::move(places));
    stage_ = Stage::look_up;
    return WorkProgress::more;
}

WorkProgress WaitingEvents::after_look_up(const EventFacts& facts) {
    const std::vector<Place>& part = parts_.current();
    std::vector<ArrivedEvent> arrived;
    arrived.reserve(part.size());
    for (const Place place : part) {
        arrived.push_back({&events_[place], rows_[place].received_at, rows_[place].scope});
    }
    const std::vector<Matches> matches = match_events(arrived, facts);

    TrackingChanges changes(ChangeSource::webhook);
    std::vector<EndedEvent> ended;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (!is_applicable(matches[i])) {
            continue;
        }
        add_changes(arrived[i], matches[i], changes);
        ended.push_back({rows_[part[i]].id, matches[i].front().key});
    }
    if (ended.empty()) {
        return finish_part();
    }
    planned_ = static_cast<std::int64_t>(ended.size());
    write_ = {end_events_statement(ended)};
    for (Statement& statement : changes.statements(counter_slot_).statements) {
        write_.push_back(std::move(statement));
    }
    stage_ = Stage::write;
    return WorkProgress::more;
}

WorkProgress WaitingEvents::finish_part() {
    parts_.finish_current();
    stage_ = parts_.empty() ? Stage::load : Stage::look_up;
    return WorkProgress::more;
}

std::int64_t retry_waiting(Connection& connection, int counter_slot, const RetryScope& scope) {
    WaitingEvents work(counter_slot, scope);
    finish_work(work, connection);
    return work.applied();
}

} // namespace blast
