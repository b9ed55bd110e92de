#pragma once

#include "blast/core/clock.hpp"

namespace blast {

/// One of a run's connections to the database, as SendMachine sees it: away, idle or busy, and for how long it has been
/// in trouble. A connection that comes back only to fail again at once has not recovered.
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
    void end() { state_ = State::idle; }
    void lose(Instant now) {
        if (!away() && now - ready_since_ >= recovered_after) {
            trouble_since_ = now;
        }
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

    State state_ = State::away;
    Instant trouble_since_;
    Instant ready_since_{};
};

} // namespace blast
