#pragma once

#include "blast/domain/send_machine.hpp"

#include "unit/simulation/journal.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace blast::simulation {

/// How long what was heard of opt-outs and cancels counts.
Instant::duration hearing_lasts(const SendLimits& limits);
/// Claimed and not begun, at `throughput` messages a second.
std::size_t most_ready(const SendLimits& limits, double throughput);
/// Claimed and not settled: what would be in doubt if the process were killed.
std::size_t most_unsettled(const SendLimits& limits, double throughput);

/// Stands beside one SendMachine, sees all that it is told and asks for, and knows the rules of design.md in its own
/// words. Throws Violation when the machine breaks one.
class Referee {
public:
    Referee(const SendLimits& limits, Instant now);

    void told(const SendEvent& event, Instant now);
    /// `throughput` is what the machine measured.
    void asked(const SendCommand& command, Instant now, double throughput);
    /// Its first byte is written.
    void begins(const Post& post, Instant now);
    void wakes(Instant when, Instant told_at) const;

    /// Whether the outcome of this recipient still counts.
    bool awaits(std::int64_t id) { return awaited(id) != nullptr; }

private:
    enum class Stage { ready, posted, begun, ended, settling };
    struct Holding {
        std::int64_t id = 0;
        AttemptId attempt;
        DeviceIndex device = 0;
        Instant heard_at{}; ///< that it is wanted; at first by its claim
        Instant not_after{};
        Stage stage = Stage::ready;
        SendVerdict verdict = SendVerdict::not_begun;
        Instant posted_at{};
        bool unwanted = false;
        bool excused = false;  ///< may be handed back unposted
        bool given_up = false; ///< when a signal's patience ended
        bool trial = false;    ///< posted after one that got no answer, and none has come since

        bool in_flight() const { return stage == Stage::posted || stage == Stage::begun; }
        /// To be posted; the others that are not only wait to be handed back.
        bool waits(Instant now) const {
            return stage == Stage::ready && !excused && now <= not_after;
        }
    };
    struct Device {
        Instant silent_until{}; ///< after a 429
        Instant next_claim{};
        bool capped = false;
        std::deque<Instant> posts; ///< the last ones
    };
    /// A connection to the database, and since when it has been in trouble: from the first loss on, until it has held
    /// for five seconds and something was answered, or for 90.
    struct Lane {
        enum class State { away, idle, busy };
        State state = State::away;
        Instant trouble_since{};
        Instant ready_since{};
        bool lost_before = false; ///< and nothing was answered since
        int silences = 0; ///< how often it was whole and did not answer, one after the other

        bool away() const { return state == State::away; }
        bool idle() const { return state == State::idle; }
        void ready(Instant now);
        void lose(Instant now);
        void begin();
        void answered();
    };

    void on(const ClaimAnswered& event, Instant now);
    void on(const ClaimLost& event, Instant now);
    void on(const ClaimRejected& event, Instant now);
    void on(const AttemptReadBack& event, Instant now);
    void on(const QueryLost& event, Instant now);
    void on(const Heard& event, Instant now);
    void on(const PostEnded& event, Instant now);
    void on(const Settled& event, Instant now);
    void on(const SettleLost& event, Instant now);
    void on(const QueueChecked& event, Instant now);
    void on(const ClaimsReady& event, Instant now);
    void on(const RecordsReady& event, Instant now);
    void on(const ClaimsAway& event, Instant now);
    void on(const RecordsAway& event, Instant now);
    void on(const StopRequested& event, Instant now);
    void on(const Tick& event, Instant now);

    void check(const Claim& command, Instant now);
    void check(const ReadBackAttempt& command, Instant now);
    void check(const CheckQueue& command, Instant now);
    void check(const Listen& command, Instant now);
    void check(const Post& command, Instant now);
    void check(const Settle& command, Instant now);
    void check(const Finish& command, Instant now);

    void hold(const Claim& claim, std::int64_t id, Instant asked_at);
    void check_heard(const Holding& row, Instant now) const;
    void check_pace(Device& device, Instant now) const;
    void take(const Settlement& settlement, Instant now);
    void take_releases(const std::vector<AttemptId>& releases);
    void take_circuit(const Settle& command);
    void check_reason(SendStop reason, Instant now) const;
    void excuse_some(Instant now);
    void gateway_answers();
    void note_unreachable(const Holding& ended, Instant now);
    void note_silence(const PostEnded& event);
    void note_outcome(const Holding& ended, const PostEnded& event, Instant now);
    void stop(SendStop reason);
    bool gone(const Lane& lane, Instant now) const;
    bool out_of_patience(Instant now) const;
    Holding* awaited(std::int64_t id);
    Holding& holding(std::int64_t id, const AttemptId& attempt);
    std::size_t in_flight() const;
    std::size_t waiting(Instant now) const;
    std::size_t held() const { return holdings_.size(); }

    SendLimits limits_;
    std::vector<Device> devices_;
    double throughput_ = 0;

    std::vector<Holding> holdings_;
    Lane claims_;
    Lane records_;
    bool claims_gone_ = false; ///< for the whole of the database's budget
    Claim claiming_;
    Instant claim_asked_{};
    std::deque<std::pair<Claim, Instant>> lost_claims_; ///< to be read back, or released
    std::vector<AttemptId> empty_claims_;               ///< read back as empty: to be released
    std::vector<AttemptId> releasing_;

    std::deque<bool> outcomes_; ///< the last 20: whether they failed
    bool accepted_one_ = false;
    enum class Circuit { open, closing, closed };
    Circuit circuit_;         ///< as far as its settlements tell the database
    bool unanswered_ = false; ///< a post got no answer, and none has come since
    std::optional<Instant> away_since_;
    bool gateway_gone_ = false; ///< a try failed at the end of its budget
    Instant silent_until_{};    ///< while the gateway is unreachable
    std::optional<SendStop> stopped_;
    std::optional<Instant> signalled_at_;
    std::optional<std::int64_t> queued_; ///< as the last check said
    bool checked_empty_handed_ = false;
    bool finished_ = false;

    Instant quiet_since_{};
    std::size_t quiet_ticks_ = 0;
};

} // namespace blast::simulation
