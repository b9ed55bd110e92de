#pragma once

#include "unit/simulation/database_model.hpp"
#include "unit/simulation/event_queue.hpp"
#include "unit/simulation/gateway_model.hpp"
#include "unit/simulation/journal.hpp"
#include "unit/simulation/ledger.hpp"
#include "unit/simulation/schedule.hpp"
#include "unit/simulation/tally.hpp"

namespace blast::simulation {

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
          gateway(schedule, random, counts),
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
