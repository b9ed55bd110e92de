#pragma once

#include "unit/simulation/schedule.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace blast::simulation {

/// How often each fault came about, and what it brought with it, over all schedules that were played: a simulation in
/// which one never does proves nothing of it.
struct Tally {
    // the gateway
    std::array<std::size_t, static_cast<std::size_t>(GatewayFault::count)> gateway_faults{};
    std::size_t gateway_outages = 0; ///< requests within one
    std::size_t posts = 0;
    std::size_t second_posts = 0; ///< on the user's word
    std::size_t known_ids = 0;
    std::size_t held_back = 0; ///< right before their first byte

    // the database
    std::size_t exchanges_that_never_came = 0;
    std::size_t exchanges_unanswered = 0; ///< ran, and the client was never told
    std::size_t exchanges_that_ran_late = 0;
    std::size_t exchanges_rejected = 0;
    std::size_t failed_connects = 0;
    std::size_t silent_poolers = 0; ///< took an exchange while the database was away
    std::size_t database_outages = 0;
    std::size_t first_host_outages = 0;
    std::size_t clock_jumps = 0;
    std::size_t lost_claims = 0;
    std::size_t late_claims = 0;          ///< ran after their sender was told that they were lost
    std::size_t claims_after_release = 0; ///< ran after they were released
    std::size_t claims_read_back = 0;
    std::size_t lost_settlements = 0;
    std::size_t late_messages = 0;
    std::size_t hearings = 0;
    std::size_t unwanted = 0; ///< recipients that a hearing told of

    // the processes
    std::size_t kills = 0;
    std::size_t suspensions = 0;
    /// By SendStop. Of `stops`, which are asked for, only signals, window_closed and database_away can be.
    using BySendStop =
        std::array<std::size_t, static_cast<std::size_t>(SendStop::database_away) + 1>;
    BySendStop stops{};
    BySendStop ends{};
    std::size_t probes = 0; ///< runs that found the circuit open
    std::size_t spills = 0;
    std::size_t lost_spills = 0;
    std::size_t spills_replayed = 0;
    std::size_t spills_left = 0; ///< replayed, and not removed
    std::size_t swept = 0;       ///< recipients whose lease ran out

    // the user
    std::size_t resends = 0;
    std::size_t retries = 0;
    std::size_t opt_outs = 0;
    std::size_t cancels = 0;
    std::size_t resolves = 0;
};

/// The names of the counters that are still 0.
std::vector<std::string> never_met(const Tally& tally);

} // namespace blast::simulation
