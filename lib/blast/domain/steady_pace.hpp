#pragma once

#include "blast/core/clock.hpp"

#include <cstddef>
#include <deque>

namespace blast {

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

} // namespace blast
