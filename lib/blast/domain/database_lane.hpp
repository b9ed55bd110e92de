#pragma once

#include "blast/core/clock.hpp"

namespace blast {

/// One of a run's connections to the database, as SendMachine sees it: away, idle or busy, and for how long it has been
/// in trouble. A connection that comes back only to fail again at once has not recovered, nor has one on which nothing is
/// answered: a pooler takes connections while the database behind it is away.
class DatabaseLane {
public:
    explicit DatabaseLane(Instant now) : trouble_since_(now) {}

    bool away() const noexcept { return state_ == State::away; }
    bool idle() const noexcept { return state_ == State::idle; }

    void ready(Instant now) {
        if (!away()) {
            return;
        }
        state_ = State::idle;
        ready_since_ = now;
    }
    void begin() { state_ = State::busy; }
    /// What was under way is answered.
    void end() {
        state_ = State::idle;
        lost_before_ = false;
    }
    void lose(Instant now) {
        if (!away() && now - ready_since_ >= (lost_before_ ? proven_after : recovered_after)) {
            trouble_since_ = now;
        }
        lost_before_ = true;
        state_ = State::away;
    }

    /// When its budget runs out, if it is away.
    Instant deadline(std::chrono::milliseconds budget) const { return trouble_since_ + budget; }
    bool past(std::chrono::milliseconds budget, Instant now) const {
        return away() && now >= deadline(budget);
    }

private:
    enum class State { away, idle, busy };
    static constexpr std::chrono::seconds recovered_after{5};
    /// Without an answer: longer than one is waited for (30 s).
    static constexpr std::chrono::seconds proven_after{90};

    State state_ = State::away;
    Instant trouble_since_;
    Instant ready_since_{};
    bool lost_before_ = false; ///< and nothing was answered since
};

} // namespace blast
