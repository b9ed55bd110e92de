#pragma once

#include "blast/core/clock.hpp"

namespace blast {

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

} // namespace blast
