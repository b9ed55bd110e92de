#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/random.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// How many messages a device may send.
struct Rate {
    std::optional<double> per_second; ///< nothing: max
    std::string text;                 ///< as it was written: "30/m", "max"
};

/// "1/s", "30/m", "500/h", "2.5/s" or "max". Throws UsageError naming `what` (a flag) for anything else, for 0, and for more
/// than 100,000 a second.
Rate parse_rate(std::string_view text, std::string_view what);

/// The gaps between messages of one device at one run's rate.
class SlotPlan {
public:
    /// `per_second`: nothing is `max`, which neither waits nor moves the device's next slot. Each gap varies by
    /// ± jitter_percent (0 to 100), uniformly, so that its mean is the rate's.
    SlotPlan(std::optional<double> per_second, int jitter_percent)
        : per_second_(per_second), jitter_(jitter_percent / 100.0) {}

    bool paced() const noexcept { return per_second_.has_value(); }
    /// Messages a second where the gaps do not vary, else nothing.
    std::optional<double> steady_rate() const { return jitter_ == 0 ? per_second_ : std::nullopt; }

    /// Starts of `count` slots in seconds after the first, and the start of the one that follows: count + 1 values,
    /// the first 0. All 0 when not paced.
    std::vector<double> starts(std::size_t count, Random& random) const;

private:
    std::optional<double> per_second_;
    double jitter_;
};

/// Holds a device to its rate when posts come late: what was claimed before a process stood still goes on beside what is
/// due after it. No second holds more than the rate and one (no minute below one a second, no hour below one a minute).
/// For a run whose gaps do not vary; posts that come in time are never held up. Not thread-safe.
class SteadyPace {
public:
    explicit SteadyPace(double per_second);

    /// The earliest moment of the next post.
    Instant next() const;
    void posted(Instant now);

private:
    Instant::duration span_;
    std::size_t most_;
    std::deque<Instant> posts_; ///< the last `most_`
};

/// How many events a second come at present: counted in steps of 100 ms, of which the last two count.
class Throughput {
public:
    void record(Instant now);
    /// Events a second; 0 when none came lately.
    double per_second(Instant now) const;

private:
    static constexpr std::chrono::milliseconds step{100};

    Instant step_start_{};
    double previous_ = 0;
    double current_ = 0;
};

/// The database's clock as this machine's clock since boot sees it: from exchanges that each took a known time, the
/// quickest of late counts, as NTP does it (RFC 5905, clock filter). Slots are the database's; this says when they are.
class ServerClock {
public:
    /// The server said `epoch_seconds` somewhere between `asked` and `answered`.
    void learn(Instant asked, Instant answered, double epoch_seconds);

    /// Of a moment on the server's clock. Only after learn().
    Instant instant_of(double epoch_seconds) const;
    /// The quickest exchange of late; 0 before the first.
    Instant::duration round_trip() const { return round_trip_.value_or(Instant::duration::zero()); }

private:
    std::optional<Instant::duration> round_trip_;
    double offset_seconds_ = 0; ///< of the server's clock before this machine's
};

} // namespace blast
