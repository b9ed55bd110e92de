#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace blast {

/// What a descriptor is waited for, and what it turned out to be.
struct Readiness {
    bool readable = false;
    bool writable = false;
};

/// One thread's loop over epoll(7) and timers, on which the gateway's and the database's sockets are waited for
/// together. Not thread-safe. Callbacks may watch, unwatch and schedule as they like.
class EventLoop {
public:
    using Timer = std::uint64_t;

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    EventLoop(EventLoop&&) = delete;
    EventLoop& operator=(EventLoop&&) = delete;

    /// Waits for `interest` on `descriptor` (level-triggered); a second call for the same one replaces the first.
    /// Errors and hang-ups are reported as both readable and writable.
    void watch(int descriptor, Readiness interest, std::function<void(Readiness)> on_ready);
    /// To be called before the descriptor is closed. Unknown descriptors are ignored.
    void unwatch(int descriptor);

    /// Calls `on_due` once at `when` or soon after. The result is never 0.
    Timer schedule(Instant when, std::function<void()> on_due);
    /// Unknown and past timers, and 0, are ignored.
    void cancel(Timer timer);

    /// Waits until something happens, calls what is due, and returns. `now` is read again after the wait.
    void run_once();
    /// The time of the last wake-up; the same for all callbacks of one turn.
    Instant now() const noexcept { return now_; }

private:
    struct Watch {
        Readiness interest;
        std::function<void(Readiness)> on_ready;
    };

    int wait_milliseconds() const;
    void fire_timers();

    int epoll_;
    Instant now_;
    Timer last_timer_ = 0;
    std::unordered_map<int, std::shared_ptr<Watch>> watches_;
    std::map<std::pair<Instant, Timer>, std::function<void()>> timers_;
    std::unordered_map<Timer, Instant> due_;
};

} // namespace blast
