#pragma once

#include "unit/simulation/database_model.hpp"
#include "unit/simulation/event_queue.hpp"
#include "unit/simulation/gateway_model.hpp"
#include "unit/simulation/journal.hpp"
#include "unit/simulation/ledger.hpp"
#include "unit/simulation/schedule.hpp"

#include <array>

namespace blast::simulation {

/// How often the faults came about, over all schedules that were played: a simulation in which one never does proves
/// nothing of it.
struct Tally {
    std::size_t posts = 0;
    std::size_t kills = 0;
    std::size_t suspensions = 0;
    std::size_t stops = 0;
    std::size_t lost_claims = 0;
    std::size_t late_claims = 0;          ///< ran after their sender was told that they were lost
    std::size_t claims_after_release = 0; ///< ran after they were released
    std::size_t claims_read_back = 0;
    std::size_t lost_settlements = 0;
    std::size_t spills = 0;
    std::size_t spills_replayed = 0;
    std::size_t swept = 0; ///< recipients whose lease ran out
    std::size_t resends = 0;
    std::size_t second_posts = 0; ///< on the user's word
    std::size_t late_messages = 0;
    std::size_t known_ids = 0;
    std::size_t held_back = 0; ///< right before their first byte
    std::size_t hearings = 0;
    std::size_t unwanted = 0;          ///< recipients that a hearing told of
    std::array<std::size_t, 9> ends{}; ///< by SendStop
};

/// What one process that ends leaves in $XDG_STATE_HOME: Finish.unsettled with what the answers said.
struct Spill {
    ProcessId process = 0;
    SettleTerms terms;
};

/// What all parts of one simulated world share.
struct World {
    World(std::uint64_t seed, bool tell, Tally& counts)
        : random(seed),
          schedule(random, queue.now()),
          journal(tell),
          database(queue, schedule.recipients, schedule.devices),
          gateway(schedule, random),
          ledger(database),
          tally(counts),
          spills(schedule.hosts) {}

    /// As seen from a host.
    bool database_up(std::size_t host) const {
        const auto covers_now = [&](const Outage& outage) { return outage.covers(queue.now()); };
        const auto any_now = [&](const std::vector<Outage>& outages) {
            return std::any_of(outages.begin(), outages.end(), covers_now);
        };
        return calm || !(any_now(schedule.database_outages) ||
                         (host == 0 && any_now(schedule.first_host_outages)));
    }
    /// One way to the database, or back.
    Instant::duration database_delay() {
        return std::chrono::duration_cast<Instant::duration>(
            schedule.database_delay * (1.0 + 2.0 * random.uniform()));
    }
    /// A moment up to `most` from now.
    Instant::duration up_to(Instant::duration most) {
        return std::chrono::duration_cast<Instant::duration>(most * random.uniform());
    }
    bool chance(double share) { return share > 0 && random.uniform() < share; }
    template <typename... Values>
    void note(fmt::format_string<Values...> format, Values&&... values) const {
        journal.note(queue.now(), format, std::forward<Values>(values)...);
    }

    Random random;
    EventQueue queue;
    Schedule schedule;
    Journal journal;
    DatabaseModel database;
    GatewayModel gateway;
    Ledger ledger;
    Tally& tally;
    std::vector<std::vector<Spill>> spills; ///< by host
    bool calm = false;                      ///< nothing goes wrong any more
};

} // namespace blast::simulation
