#pragma once

#include "blast/core/clock.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace blast::simulation {

/// The simulated world's only clock, and what is still to happen in it, earliest first; of one moment in the order in
/// which it was asked for.
class EventQueue {
public:
    using Action = std::function<void()>;

    Instant now() const noexcept { return now_; }
    std::uint64_t steps() const noexcept { return steps_; }

    void at(Instant when, Action action) {
        entries_.push_back({std::max(when, now_), ++asked_, std::move(action)});
        std::push_heap(entries_.begin(), entries_.end());
    }
    void after(Instant::duration delay, Action action) { at(now_ + delay, std::move(action)); }

    /// Lets the next thing happen; false when nothing is left.
    bool step() {
        if (entries_.empty())
            return false;
        std::pop_heap(entries_.begin(), entries_.end());
        const Entry next = std::move(entries_.back());
        entries_.pop_back();
        now_ = next.when;
        ++steps_;
        next.action();
        return true;
    }

private:
    struct Entry {
        Instant when;
        std::uint64_t order;
        Action action;

        bool operator<(const Entry& other) const { // the earliest on top of the heap
            return when != other.when ? when > other.when : order > other.order;
        }
    };

    Instant now_{std::chrono::hours(1)};
    std::vector<Entry> entries_;
    std::uint64_t asked_ = 0;
    std::uint64_t steps_ = 0;
};

} // namespace blast::simulation
