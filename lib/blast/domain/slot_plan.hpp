#pragma once

#include "blast/core/random.hpp"

#include <optional>
#include <vector>

namespace blast {

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

} // namespace blast
