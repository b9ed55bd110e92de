#include "blast/run/waiting_events.hpp"

#include "blast/gateway/webhook_event.hpp"

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
    std::vector<const InboxEvent*> batch;
    for (const std::size_t place : work_.current()) {
        batch.push_back(&events_[place]);
    }
    return look_up_waiting_statements(batch);
}

WorkProgress WaitingEvents::take(const PipelineOutcome& outcome) {
    if (outcome.failure) {
        return after_failure(*outcome.failure);
    }
    switch (stage_) {
    case Stage::load: return after_page(read_waiting(outcome.results.front()));
    case Stage::look_up: return after_look_up(read_waiting_facts(outcome.results));
    case Stage::write: applied_ += planned_; return finish_batch();
    case Stage::give_up: break;
    }
    return WorkProgress::done;
}

/// An event that the database refuses goes on waiting: its turn comes again, and at last it is kept for inspection.
WorkProgress WaitingEvents::after_failure(const DatabaseError& error) {
    if (error.connection_lost()) {
        return WorkProgress::lost;
    }
    if (work_.empty()) {
        return WorkProgress::failed;
    }
    switch (work_.blame(error)) {
    case BatchedWork<Places>::Blame::database: return WorkProgress::failed;
    case BatchedWork<Places>::Blame::item: return finish_batch();
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
    Places places(rows_.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    work_.add(std::move(places));
    stage_ = Stage::look_up;
    return WorkProgress::more;
}

WorkProgress WaitingEvents::after_look_up(const EventFacts& facts) {
    const Places& batch = work_.current();
    std::vector<ArrivedEvent> arrived;
    arrived.reserve(batch.size());
    for (const std::size_t place : batch) {
        arrived.push_back({&events_[place], rows_[place].received_at, rows_[place].scope});
    }
    const std::vector<Matches> matches = match_events(arrived, facts);

    TrackingChanges changes(ChangeSource::webhook);
    std::vector<EndedEvent> ended;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!is_applicable(matches[i])) {
            continue;
        }
        add_changes(arrived[i], matches[i], changes);
        ended.push_back({rows_[batch[i]].id, matches[i].front().key});
    }
    if (ended.empty()) {
        return finish_batch();
    }
    planned_ = static_cast<std::int64_t>(ended.size());
    write_ = {end_events_statement(ended)};
    for (Statement& statement : changes.statements(counter_slot_).statements) {
        write_.push_back(std::move(statement));
    }
    stage_ = Stage::write;
    return WorkProgress::more;
}

WorkProgress WaitingEvents::finish_batch() {
    work_.finish_current();
    stage_ = work_.empty() ? Stage::load : Stage::look_up;
    return WorkProgress::more;
}

std::int64_t retry_waiting(Connection& connection, int counter_slot, const RetryScope& scope) {
    WaitingEvents work(counter_slot, scope);
    finish_work(work, connection);
    return work.applied();
}

} // namespace blast
