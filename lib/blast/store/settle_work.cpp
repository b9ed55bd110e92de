#include "blast/store/settle_work.hpp"

#include <algorithm>
#include <utility>

namespace blast {

namespace {

constexpr int most_tries = 5;

/// Class 22, data exception, and 23, integrity constraint violation (PostgreSQL manual, appendix A): a row is at fault.
bool blames_a_row(const DatabaseError& failure) {
    const std::string code_class = failure.sqlstate().substr(0, 2);
    return code_class == "22" || code_class == "23";
}

template <typename Item>
std::vector<Item> second_half(std::vector<Item>& items) {
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
    std::vector<Item> half(std::make_move_iterator(middle), std::make_move_iterator(items.end()));
    items.erase(middle, items.end());
    return half;
}

EndedAttempt unconfirmed(const AcceptedMessage& message, const std::string& reason) {
    return {message.id, message.attempt, "UNCONFIRMED", reason, 0};
}

} // namespace

SettleWork::SettleWork(SettleRequest request) {
    parts_.push_back(std::move(request));
}

std::vector<Statement> SettleWork::next() const {
    const SettleRequest& part = parts_.front();
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

SettleWork::Progress SettleWork::take(const PipelineOutcome& outcome) {
    if (outcome.failure) {
        return after_failure(*outcome.failure);
    }
    tries_ = 0;
    return stage_ == Stage::write ? after_write(outcome.results) : after_find(outcome.results);
}

SettleWork::Progress SettleWork::after_write(const Results& results) {
    late_.clear();
    if (!parts_.front().accepted.empty()) {
        missing_ = not_recorded(parts_.front().accepted, results.back());
    }
    if (missing_.empty()) {
        return next_part();
    }
    stage_ = Stage::find;
    return Progress::more;
}

SettleWork::Progress SettleWork::after_find(const Results& results) {
    SettleRequest rest;
    rest.blast_id = parts_.front().blast_id;
    rest.counter_slot = parts_.front().counter_slot;
    const auto conflicts = read_find_recorded(results.front(), missing_);
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
        if (conflicts[i] == RecordConflict::resent) {
            late_.push_back(missing_[i]);
        }
    }
    missing_.clear();
    stage_ = Stage::write;
    parts_.pop_front();
    if (!late_.empty()) {
        parts_.push_front(std::move(rest));
    }
    return parts_.empty() ? Progress::done : Progress::more;
}

SettleWork::Progress SettleWork::next_part() {
    parts_.pop_front();
    return parts_.empty() ? Progress::done : Progress::more;
}

SettleWork::Progress SettleWork::after_failure(const DatabaseError& failure) {
    failure_ = failure.what();
    if (failure.connection_lost()) {
        return Progress::lost;
    }
    const bool taken = failure.sqlstate() == "23505"; // unique_violation
    const bool again = failure.worth_a_retry() || taken;
    if (again && ++tries_ < most_tries) {
        return Progress::more;
    }
    if (!blames_a_row(failure)) {
        return Progress::failed;
    }
    SettleRequest& part = parts_.front();
    if (part.accepted.size() + part.ended.size() > 1) {
        cut_in_two();
        return Progress::more;
    }
    if (part.accepted.empty()) {
        return Progress::failed;
    }
    AcceptedMessage& message = part.accepted.front();
    if (!message.data.empty()) {
        message.data.clear();
        return Progress::more;
    }
    part.ended.push_back(unconfirmed(message, "its message could not be recorded: " + failure_));
    part.accepted.clear();
    return Progress::more;
}

void SettleWork::cut_in_two() {
    SettleRequest& first = parts_.front();
    SettleRequest second;
    second.blast_id = first.blast_id;
    second.counter_slot = first.counter_slot;
    if (first.accepted.empty()) {
        second.ended = second_half(first.ended);
    } else if (first.ended.empty()) {
        second.accepted = second_half(first.accepted);
    } else {
        second.ended = std::exchange(first.ended, {});
    }
    parts_.insert(parts_.begin() + 1, std::move(second));
}

void settle(Connection& connection, SettleRequest request) {
    SettleWork work(std::move(request));
    for (auto progress = SettleWork::Progress::more; progress != SettleWork::Progress::done;) {
        PipelineOutcome outcome;
        try {
            outcome.results = connection.execute_together(work.next());
        } catch (const DatabaseError& error) {
            outcome.failure = error;
        }
        progress = work.take(outcome);
        if (progress == SettleWork::Progress::lost || progress == SettleWork::Progress::failed) {
            throw DatabaseError(*outcome.failure);
        }
    }
}

} // namespace blast
