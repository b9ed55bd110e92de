#pragma once

#include "blast/domain/pacing.hpp"
#include "blast/run/claimed_recipients.hpp"
#include "blast/run/send_plan.hpp"
#include "blast/store/async_connection.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace blast {

/// A run's connection for claims: carries out the machine's commands that ask for recipients and tells it what came.
class ClaimConnection {
public:
    using Tell = std::function<void(const SendEvent&)>;

    ClaimConnection(
        EventLoop& loop,
        const SendPlan& plan,
        Random& random,
        ClaimedRecipients& in_hand,
        Tell tell);

    void execute(const Claim& claim);
    void execute(const ReadBackAttempt& read_back);
    void execute(const CheckQueue& check);
    void execute(const Listen& listen);

    /// To the database, the quickest of late; 0 before the first claim.
    Instant::duration round_trip() const { return server_clock_.round_trip(); }
    const std::string& last_failure() const noexcept { return failure_; }

private:
    /// A claim that is under way.
    struct Asked {
        AttemptId attempt;
        DeviceIndex device = 0;
        std::vector<double> starts;
        Instant at;
    };

    void on_claim(const Asked& asked, const PipelineOutcome& outcome);
    void on_read_back(const AttemptId& attempt, const PipelineOutcome& outcome);
    void on_check(const PipelineOutcome& outcome);
    void on_hearing(Instant asked_at, const PipelineOutcome& outcome);
    bool failed(const PipelineOutcome& outcome, const SendEvent& when_lost);
    ClaimAnswered answered(const ClaimAnswer& answer, const Asked& asked);

    const SendPlan& plan_;
    Random& random_;
    ClaimedRecipients& in_hand_;
    Tell tell_;
    ServerClock server_clock_;
    int counter_slot_;
    std::vector<std::optional<double>> next_slots_; ///< of each device, as its last claim left it
    std::string failure_;
    AsyncConnection connection_;
};

} // namespace blast
