#pragma once

#include <chrono>
#include <cstdint>

namespace blast::test {

struct PollSimulationPlan {
    int recipients = 250;
    std::chrono::seconds between_passes{60}; ///< cron's
    std::uint64_t seed = 1;
};

/// What polling by the schedule (support/poll_schedule.hpp) costs and finds.
struct PollSimulation {
    std::int64_t calls = 0;
    /// Of the plan that asks for every message that is neither read nor 7 days old every 10 seconds.
    std::int64_t calls_every_10_seconds = 0;
    std::int64_t changes_found = 0;
    /// Times that after a pass a reported status was older than the message's gap and the time to the next pass.
    std::int64_t beyond_bound = 0;
    std::chrono::seconds median_staleness{}; ///< from a change to its discovery
    std::chrono::seconds worst_staleness{};
    double worst_staleness_of_age =
        0; ///< the worst staleness as a share of the message's age, from an hour on
};

/// A blast at one message a second, tracked for 7 days: delivered after seconds (log-normal, median 4 s; 4 % never), read by
/// a log-normal delay with a median of 40 minutes (28 % never). Pure: the same plan gives the same result.
PollSimulation simulate_polling(const PollSimulationPlan& plan);

} // namespace blast::test
