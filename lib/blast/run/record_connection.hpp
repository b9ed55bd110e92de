#pragma once

#include "blast/core/log.hpp"
#include "blast/domain/blast_counts.hpp"
#include "blast/run/claimed_recipients.hpp"
#include "blast/run/send_plan.hpp"
#include "blast/store/settle_work.hpp"

#include <functional>
#include <memory>

namespace blast {

/// What a settlement of the machine's becomes in the database, with the answers in hand.
SettleRequest settle_request(
    const SendPlan& plan, const Settle& settle, const ClaimedRecipients& in_hand, int counter_slot);

/// A run's connection for records: settles what has an outcome and keeps the heartbeat.
class RecordConnection {
public:
    using Tell = std::function<void(const SendEvent&)>;

    RecordConnection(
        EventLoop& loop,
        const SendPlan& plan,
        Random& random,
        ClaimedRecipients& in_hand,
        Tell tell);

    void execute(const Settle& settle);
    /// Ends the heartbeat and reads how the blast stands; `on_done` gets nothing if that fails.
    void
    finish(const std::string& stopped_by, std::function<void(std::optional<BlastCounts>)> on_done);
    void beat();
    /// Records at once who stops the run, which another signal may end before `finish`.
    void note_stop(const std::string& stopped_by);

    int counter_slot() const noexcept { return counter_slot_; }
    const std::string& last_failure() const;

private:
    void on_idle();
    void pump();
    void on_settle_outcome(const PipelineOutcome& outcome);
    void on_beat_outcome(const PipelineOutcome& outcome);
    void on_stop_outcome(const PipelineOutcome& outcome);
    void give_up_settling(WorkProgress progress);

    EventLoop& loop_;
    const SendPlan& plan_;
    ClaimedRecipients& in_hand_;
    Tell tell_;
    int counter_slot_;
    std::optional<SettleWork> work_;
    Settle settling_;
    bool refused_ =
        false; ///< the database has refused a settlement: wait a little before the next try
    bool beat_due_ = false;
    bool stop_due_ = false;
    bool ending_ = false;
    std::string stopped_by_;
    std::function<void(std::optional<BlastCounts>)> on_done_;
    std::string failure_;
    AsyncConnection connection_;
};

} // namespace blast
