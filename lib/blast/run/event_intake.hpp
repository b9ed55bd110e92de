#pragma once

#include "blast/domain/attribution.hpp"
#include "blast/domain/inbox_event.hpp"
#include "blast/domain/opt_out_words.hpp"
#include "blast/run/event_plan.hpp"
#include "blast/store/inbox_store.hpp"

#include <cstdint>
#include <vector>

namespace blast {

class Connection;

/// What became of events.
struct IntakeCounts {
    std::int64_t events = 0;
    std::int64_t applied = 0;
    std::int64_t waiting = 0; ///< matched nothing yet
    std::int64_t kept = 0;    ///< for inspection
    std::int64_t repeats = 0; ///< had come before
    std::int64_t opted_out = 0;

    IntakeCounts& operator+=(const IntakeCounts& other);
};

/// Takes in what webhooks told: each event is kept in webhook_inbox and applied in one transaction, exactly once however
/// often it comes, a group of events together. Not thread-safe.
class EventIntake {
public:
    EventIntake(AttributionRules rules, OptOutWords opt_out_words, int counter_slot);

    /// All events are durable when this returns; nothing of them needs another try. An event that the database refuses is
    /// kept without being applied and does not sink the others. Throws DatabaseError when the connection is lost: calling
    /// again with the same events, on a new one, is harmless.
    IntakeCounts take_in(Connection& connection, const std::vector<InboxEvent>& events) const;

    const AttributionRules& rules() const noexcept { return rules_; }
    int counter_slot() const noexcept { return counter_slot_; }

private:
    IntakeCounts commit(Connection& connection, const std::vector<const InboxEvent*>& group) const;
    void write(
        Connection& connection,
        const std::vector<InboxRecord>& records,
        const std::vector<std::string>& opt_outs,
        const TrackingChanges& changes) const;
    std::vector<std::string> plan_opt_outs(
        const std::vector<ArrivedEvent>& events,
        const EventFacts& facts,
        TrackingChanges& changes) const;

    AttributionRules rules_;
    OptOutWords opt_out_words_;
    int counter_slot_;
};

} // namespace blast
