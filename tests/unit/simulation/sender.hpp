#pragma once

#include "blast/domain/pacing.hpp"

#include "unit/simulation/connection.hpp"
#include "unit/simulation/referee.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace blast::simulation {

/// One process that sends, as blast-send drives its SendMachine: it carries out the commands against the models of the
/// database and of the gateway, and tells the machine what came of them. It can be killed between any two steps, and
/// suspended: its clock goes on then.
class Sender final : public Process {
public:
    struct Setup {
        ProcessId id = 0;
        std::size_t host = 0;
        std::size_t circuit = 0; ///< its opening that the process is told of: it probes; 0: none
        std::optional<int> daily_cap;
        ProcessFate fate;
        std::function<void()> on_end; ///< killed or finished
    };

    Sender(World& world, Setup setup);

    /// Sweeps leases, records what an earlier process of this host left, and begins. False: the database is away.
    bool start();
    bool alive() const noexcept { return alive_; }
    /// Only once it has finished by itself.
    std::optional<SendStop> reason() const noexcept { return reason_; }
    void cut_connections();
    void when_awake(std::function<void()> action) override;
    std::size_t host() const override { return setup_.host; }

private:
    struct Answer {
        std::int64_t id = 0;
        AttemptId attempt;
        MessageId message = 0;
    };

    Instant instant() const { return world_.queue.now() + clock_offset_; }
    void deliver(const SendEvent& event);
    void carry_on();
    bool take_step();
    void stop(SendStop reason);
    void kill();
    void suspend(Instant::duration length);
    void wake_up();
    void arm_timer();

    void carry_out(const Claim& command);
    void carry_out(const ReadBackAttempt& command);
    void carry_out(const CheckQueue& command);
    void carry_out(const Listen& command);
    void carry_out(const Post& command);
    void carry_out(const Settle& command);
    void carry_out(const Finish& command);

    void run_claim(const ClaimTerms& terms, ClaimResult& result, bool late);
    void check_held(std::size_t most) const;
    ClaimAnswered claim_answered(const ClaimResult& result, Instant asked_at) const;
    void begin(const Post& post);
    void end(const Post& post, const RequestFate& fate);
    void tell(const Post& post, const SendAnswer& answer, SendVerdict verdict);
    SettleTerms terms_of(const Settle& settle);
    AcceptedAnswer answer_to(const Settlement& settlement) const;
    Instant::duration pause_after(SendVerdict verdict);
    void run_settle(const SettleTerms& terms, std::vector<AcceptedAnswer>& missing);
    /// They are recorded.
    void forget_answers(const std::vector<AcceptedAnswer>& recorded);
    void resolve_conflicts(const std::vector<AcceptedAnswer>& missing);
    void replay_spills();

    World& world_;
    Setup setup_;
    Instant::duration clock_offset_;
    Random random_;
    SendLimits limits_;
    SlotPlan slots_;
    SendMachine machine_;
    Referee referee_;
    Connection claims_;
    Connection records_;

    bool alive_ = true;
    bool suspended_ = false;
    std::optional<SendStop> reason_;
    std::uint64_t steps_ = 0;
    std::uint64_t timer_ = 0;
    std::vector<SendCommand> commands_; ///< of the last event
    std::size_t next_command_ = 0;
    Instant commanded_at_{};
    std::vector<std::function<void()>> backlog_; ///< what came while it was suspended
    std::vector<Answer> answers_;                ///< accepted, not yet recorded
};

} // namespace blast::simulation
