#pragma once

#include <chrono>

namespace blast {

/// The calendar's time, for people and for the gateway's timestamps. It may jump.
using WallTime = std::chrono::system_clock::time_point;

/// Time since boot, suspended time included (CLOCK_BOOTTIME, clock_gettime(2)): a laptop that slept has aged.
/// Never jumps; leases and timeouts are measured with it.
struct BootClock {
    // The names that the standard library's concept of a clock asks for.
    // NOLINTBEGIN(readability-identifier-naming)
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    // NOLINTEND(readability-identifier-naming)
    static constexpr bool is_steady = true;
    static time_point now() noexcept;
};
using Instant = BootClock::time_point;

/// Time as it is passed in, so that tests can play it. Implementations may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual Instant instant() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock {
public:
    WallTime wall() const override { return std::chrono::system_clock::now(); }
    Instant instant() const override { return BootClock::now(); }
};

} // namespace blast
