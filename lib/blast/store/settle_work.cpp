#include "blast/store/settle_work.hpp"

#include <utility>

namespace blast {

namespace {

EndedAttempt unconfirmed(const AcceptedMessage& message, const std::string& reason) {
    return {message.id, message.attempt, "UNCONFIRMED", reason, 0};
}

} // namespace

std::size_t size_of(const SettleRequest& request) {
    return request.accepted.size() + request.ended.size();
}

SettleRequest second_half(SettleRequest& request) {
    SettleRequest half;
    half.blast_id = request.blast_id;
    half.counter_slot = request.counter_slot;
    if (request.accepted.empty()) {
        half.ended = second_half(request.ended);
    } else if (request.ended.empty()) {
        half.accepted = second_half(request.accepted);
    } else {
        half.ended = std::exchange(request.ended, {});
    }
    return half;
}

SettleWork::SettleWork(SettleRequest request) {
    work_.add(std::move(request));
}

std::vector<Statement> SettleWork::next() const {
    const SettleRequest& part = work_.current();
    if (stage_ == Stage::find) {
        return {find_recorded_statement(part.blast_id, missing_)};
    }
    std::vector<Statement> statements;
    for (const AcceptedMessage& message : late_) {
        statements.push_back(note_late_message_statement(part.blast_id, message));
    }
    for (Statement& statement : settle_statements(part)) {
        statements.push_back(std::move(statement));
    }
    return statements;
}

WorkProgress SettleWork::take(const PipelineOutcome& outcome) {
    if (outcome.failure) {
        return after_failure(*outcome.failure);
    }
    return stage_ == Stage::write ? after_write(outcome.results) : after_find(outcome.results);
}

WorkProgress SettleWork::after_write(const Results& results) {
    late_.clear();
    if (!work_.current().accepted.empty()) {
        missing_ = not_recorded(work_.current().accepted, results.back());
    }
    if (missing_.empty()) {
        return finish_part();
    }
    stage_ = Stage::find;
    return WorkProgress::more;
}

/// What was not recorded since its recipient was resent meanwhile is noted, in a transaction of its own.
WorkProgress SettleWork::after_find(const Results& results) {
    SettleRequest& part = work_.current();
    const auto conflicts = read_find_recorded(results.front(), missing_);
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
        if (conflicts[i] == RecordConflict::resent) {
            late_.push_back(missing_[i]);
        }
    }
    missing_.clear();
    stage_ = Stage::write;
    if (late_.empty()) {
        return finish_part();
    }
    SettleRequest notes_alone;
    notes_alone.blast_id = part.blast_id;
    notes_alone.counter_slot = part.counter_slot;
    part = std::move(notes_alone);
    return WorkProgress::more;
}

WorkProgress SettleWork::finish_part() {
    work_.finish_current();
    return work_.empty() ? WorkProgress::done : WorkProgress::more;
}

WorkProgress SettleWork::after_failure(const DatabaseError& failure) {
    failure_ = failure.what();
    if (failure.connection_lost()) {
        return WorkProgress::lost;
    }
    switch (work_.blame(failure)) {
    case BatchedWork<SettleRequest>::Blame::database: return WorkProgress::failed;
    case BatchedWork<SettleRequest>::Blame::item: break;
    default: return WorkProgress::more;
    }
    SettleRequest& part = work_.current();
    if (part.accepted.empty()) {
        return WorkProgress::failed;
    }
    AcceptedMessage& message = part.accepted.front();
    if (!message.data.empty()) {
        message.data.clear();
        return WorkProgress::more;
    }
    part.ended.push_back(unconfirmed(message, "its message could not be recorded: " + failure_));
    part.accepted.clear();
    return WorkProgress::more;
}

void settle(Connection& connection, SettleRequest request) {
    SettleWork work(std::move(request));
    finish_work(work, connection);
}

} // namespace blast
