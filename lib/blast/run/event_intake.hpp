#pragma once

#include "blast/domain/attribution.hpp"
#include "blast/domain/inbox_event.hpp"
#include "blast/domain/opt_out_words.hpp"
#include "blast/run/event_plan.hpp"
#include "blast/store/async_connection.hpp"
#include "blast/store/batched_work.hpp"
#include "blast/store/inbox_store.hpp"
#include "blast/store/opt_out_store.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace blast {

/// How events are taken in.
struct IntakeRules {
    AttributionRules attribution;
    OptOutWords opt_out_words;
    int counter_slot = 0;
};

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

/// Takes in what webhooks told, over any kind of connection: the caller executes next() as one transaction and hands the
/// outcome to take(), until done. Each event is kept in webhook_inbox and applied in one transaction, exactly once however
/// often it comes, a group of events together. When it is done, all events are durable; an event that the database refuses
/// is kept without being applied and does not sink the others. Starting again after a lost connection, with the same
/// events, is harmless. Not thread-safe.
class EventIntake {
public:
    /// `rules` must outlive the object.
    EventIntake(const IntakeRules& rules, std::vector<InboxEvent> events);

    /// False when there is nothing to do at all.
    bool has_work() const noexcept { return !work_.empty(); }
    std::vector<Statement> next() const;
    WorkProgress take(const PipelineOutcome& outcome);
    const IntakeCounts& counts() const noexcept { return counts_; }
    /// To people whose opt-out came among these events.
    const std::vector<MessageOnItsWay>& on_their_way() const noexcept { return on_their_way_; }
    const std::string& failure() const noexcept { return failure_; }

private:
    enum class Stage { look_up, write };
    using Group = std::vector<const InboxEvent*>;

    WorkProgress after_failure(const DatabaseError& error);
    void plan(const EventFacts& facts);
    void plan_refused(const DatabaseError& error);
    const IncomingMessage* opt_out_in(const InboxEvent& event) const;
    std::set<std::string> opt_out_numbers(const std::vector<const InboxEvent*>& events) const;
    std::set<std::string> plan_opt_outs(
        const std::vector<ArrivedEvent>& events, const EventFacts& facts, TrackingChanges& changes);
    void plan_write(
        const std::vector<InboxRecord>& records,
        const std::set<std::string>& opt_outs,
        const TrackingChanges& changes);

    const IntakeRules& rules_;
    std::vector<InboxEvent> events_;
    BatchedWork<Group> work_;
    Stage stage_ = Stage::look_up;
    bool refused_ = false; ///< the current part is an event that is only kept
    std::vector<Statement> write_;
    bool writes_opt_outs_ = false; ///< the third statement tells who of them is being sent to
    std::vector<MessageOnItsWay> on_their_way_;
    IntakeCounts planned_;
    IntakeCounts counts_;
    std::string failure_;
};

} // namespace blast
