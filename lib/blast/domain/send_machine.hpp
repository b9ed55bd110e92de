#pragma once

#include "blast/core/backoff.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/random.hpp"
#include "blast/domain/pacing.hpp"
#include "blast/domain/send_outcome.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace blast {

/// Watches for a burst of failures: opens once at least 10, and more than half, of the last 20 outcomes failed.
class Circuit {
public:
    static constexpr std::size_t window = 20;
    static constexpr std::size_t least_failures = 10;

    void record(bool failed) {
        outcomes_ <<= 1;
        outcomes_[0] = failed;
        seen_ = seen_ < window ? seen_ + 1 : window;
    }

    bool open() const { return failures() >= least_failures && failures() * 2 > seen_; }
    std::size_t failures() const { return outcomes_.count(); }
    std::size_t seen() const noexcept { return seen_; }

private:
    std::bitset<window> outcomes_;
    std::size_t seen_ = 0;
};

/// One of a run's connections to the database, as SendMachine sees it: away, idle or busy, and for how long it has been
/// in trouble. A connection that comes back only to fail again at once has not recovered, nor has one on which nothing is
/// answered: a pooler takes connections while the database behind it is away.
class ConnectionState {
public:
    explicit ConnectionState(Instant now) : trouble_since_(now) {}

    bool away() const noexcept { return state_ == State::away; }
    bool idle() const noexcept { return state_ == State::idle; }

    void ready(Instant now) {
        if (!away()) {
            return;
        }
        state_ = State::idle;
        ready_since_ = now;
    }
    void begin() { state_ = State::busy; }
    /// What was under way is answered.
    void end() {
        state_ = State::idle;
        lost_before_ = false;
    }
    void lose(Instant now) {
        if (!away() && now - ready_since_ >= (lost_before_ ? proven_after : recovered_after)) {
            trouble_since_ = now;
        }
        lost_before_ = true;
        state_ = State::away;
    }

    /// When its budget runs out, if it is away.
    Instant deadline(std::chrono::milliseconds budget) const { return trouble_since_ + budget; }
    bool past(std::chrono::milliseconds budget, Instant now) const {
        return away() && now >= deadline(budget);
    }

private:
    enum class State { away, idle, busy };
    static constexpr std::chrono::seconds recovered_after{5};
    /// Without an answer: longer than one is waited for (30 s).
    static constexpr std::chrono::seconds proven_after{90};

    State state_ = State::away;
    Instant trouble_since_;
    Instant ready_since_{};
    bool lost_before_ = false; ///< and nothing was answered since
};

/// A claim's UUID: minted by the sender, kept in each row that the claim holds, the fence of every later write.
struct AttemptId {
    std::array<char, 36> text{};

    std::string_view view() const { return {text.data(), text.size()}; }
    bool operator==(const AttemptId& other) const = default;
};

/// Index into the run's list of devices.
using DeviceIndex = std::size_t;

/// Why a run ends.
enum class SendStop {
    done,          ///< nothing is queued and nothing is in its hands
    hung_up,       ///< SIGHUP
    interrupted,   ///< SIGINT
    terminated,    ///< SIGTERM
    daily_cap,     ///< every device with work has reached it
    window_closed, ///< outside the sending window
    circuit_open,  ///< a burst of failures
    unauthorized,  ///< token refused or certificate not trusted
    gateway_away,  ///< unreachable for a minute
    database_away  ///< unreachable for a minute; what is not recorded is the caller's to save
};

// ---- events ----

/// A claimed recipient and the moment from which it may be posted.
struct ClaimedRow {
    std::int64_t id = 0;
    Instant slot{};
};

/// A claim is committed. Rows in the order of their slots.
struct ClaimAnswered {
    Instant asked_at{}; ///< before the claim left: the lease runs from here at the earliest
    std::vector<ClaimedRow> rows;
    Instant next_slot{};     ///< of the device
    Instant blocked_until{}; ///< of the device, after a 429
    std::int64_t slots = 0;  ///< how many the device had free, taken or not
    bool capped = false;     ///< the device's daily cap is reached
    bool slow = false;       ///< the device goes at half rate
};
/// The claim's COMMIT answer was lost: it may have happened, now or later.
struct ClaimLost {};
/// The claim certainly did not happen.
struct ClaimRejected {};
/// What the database holds for an attempt whose answer was lost.
struct AttemptReadBack {
    std::vector<std::int64_t> ids;
};
/// A read-back, a queue check or a hearing did not come through; it changes nothing.
struct QueryLost {};
/// Which of the recipients that are held and not begun must not be sent to any more: answer to Listen.
struct Heard {
    Instant asked_at{}; ///< before the question left: what was committed by then is heard
    std::vector<std::int64_t> unwanted;
};
/// One message is answered for.
struct PostEnded {
    std::int64_t id = 0;
    SendVerdict verdict =
        SendVerdict::unconfirmed; ///< never `forbidden`: that is asked about before
    std::optional<std::chrono::seconds> retry_after;
    bool silent =
        false; ///< it was sent, and nothing came back: the connection died or time ran out
};
/// The settlements under way are committed.
struct Settled {};
/// Their COMMIT answer was lost; the fences make a second run harmless.
struct SettleLost {};
/// How the queue stands: answer to CheckQueue.
struct QueueChecked {
    std::int64_t queued = 0;
    std::optional<std::chrono::milliseconds>
        next_due; ///< until the first that is held back may be claimed
};
/// The connection for claims, or the one for records, can be used again.
struct ClaimsReady {};
struct RecordsReady {};
/// It was lost while nothing of the sender's was under way on it.
struct ClaimsAway {};
struct RecordsAway {};
struct StopRequested {
    SendStop reason = SendStop::interrupted;
};
/// Time has passed.
struct Tick {};

using SendEvent = std::variant<
    ClaimAnswered,
    ClaimLost,
    ClaimRejected,
    AttemptReadBack,
    QueryLost,
    Heard,
    PostEnded,
    Settled,
    SettleLost,
    QueueChecked,
    ClaimsReady,
    RecordsReady,
    ClaimsAway,
    RecordsAway,
    StopRequested,
    Tick>;

// ---- commands ----

/// Claim up to `limit` recipients with an id above `after`. One at a time.
struct Claim {
    DeviceIndex device = 0;
    std::size_t limit = 0;
    std::int64_t after = 0;
    AttemptId attempt;
};
/// Ask what the attempt holds; on the connection for claims.
struct ReadBackAttempt {
    AttemptId attempt;
};
/// Sweep expired leases and opt-outs, and ask how many are queued; on the connection for claims.
struct CheckQueue {};
/// Ask which of these must not be sent to any more; on the connection for claims.
struct Listen {
    std::vector<std::int64_t> ids;
};
/// Post the message now. Right before its first byte is written, SendMachine::may_begin has the last word.
struct Post {
    std::int64_t id = 0;
    DeviceIndex device = 0;
    AttemptId
        attempt; ///< its Settlement will name it: what the answer says is kept by id and attempt
};
/// One recipient whose attempt has ended.
struct Settlement {
    std::int64_t id = 0;
    AttemptId attempt;
    DeviceIndex device = 0;
    SendVerdict verdict = SendVerdict::unconfirmed;
    std::optional<std::chrono::seconds> retry_after;
};
/// Record these in one transaction, and release whole attempts whose rows were never seen. One at a time.
struct Settle {
    std::vector<Settlement> settlements;
    std::vector<AttemptId> releases;
    bool circuit_closed = false; ///< among them is the first probe that was accepted
};
/// The run is over. `unsettled` is what could not be recorded (database_away only).
struct Finish {
    SendStop reason = SendStop::done;
    Settle unsettled;
};

using SendCommand = std::variant<Claim, ReadBackAttempt, CheckQueue, Listen, Post, Settle, Finish>;

/// What a run may do, decided before it starts.
struct SendLimits {
    std::size_t devices = 1;
    std::size_t concurrency = 8;
    std::chrono::milliseconds lease{55'000}; ///< longer than any request by `lease_margin`
    std::chrono::milliseconds lease_margin{
        30'000};                    ///< a request is begun within it, counted from the claim
    Instant::duration round_trip{}; ///< to the database
    /// Nothing is begun when opt-outs and cancels were last heard of longer ago, or two round trips if that is longer.
    std::chrono::milliseconds heard_for{1'000};
    std::chrono::milliseconds database_budget{60'000}; ///< how long the database may be away
    std::chrono::milliseconds gateway_budget{
        60'000}; ///< how long an unreachable gateway is tried; the last try is made at its end
    std::chrono::milliseconds stop_grace{30'000}; ///< how long a signal lets what is in flight end
    bool probing = false;                         ///< one message at a time until one is accepted
    std::optional<double>
        steady_rate; ///< messages a second of each device, where its gaps do not vary
};

/// How far ahead of its slot a recipient is claimed: 50 ms, or one round trip to the database if that is longer.
inline std::chrono::milliseconds claim_ahead(Instant::duration round_trip) {
    return std::max(
        std::chrono::milliseconds(50), std::chrono::ceil<std::chrono::milliseconds>(round_trip));
}

/// The sending of one blast by one process, as a pure machine: events and the time come in, commands go out. It decides
/// what is claimed, posted, settled, retried and given up; it knows no SQL, no HTTP and no clock. Invariants:
/// - a recipient is posted at most once for each time it was claimed, and only while its claim's lease is safe;
/// - what was posted is settled by its outcome; what was not is released; nothing else is ever queued again;
/// - nothing is begun of which it has not heard within the last second that it is still wanted, by its claim or since;
/// - claimed and not begun are at most half the concurrency, plus what one round trip to the database sends at the present
///   rate; with those in flight and those whose outcome is not recorded yet, at most one and a half times the concurrency,
///   plus what three round trips send.
/// Not thread-safe.
class SendMachine {
public:
    SendMachine(const SendLimits& limits, Random& random, Instant now);

    /// The commands that follow from `event`, in order. Each Claim, ReadBackAttempt, CheckQueue, Listen, Post and Settle
    /// is answered by an event later, never from within.
    std::vector<SendCommand> next(const SendEvent& event, Instant now);

    /// When it wants a Tick at the latest; before `now` if that has passed since the last event.
    Instant wake_at(Instant now) const;

    /// Whether the first byte of a Post may be written now. Where it may not, it ends as not_begun.
    bool may_begin(const Post& post, Instant now);

    std::size_t in_flight() const noexcept { return in_flight_.size(); }
    double throughput(Instant now) const { return throughput_.per_second(now); }
    const Circuit& circuit() const noexcept { return circuit_; }
    /// Whether no message has gone through since the circuit was open.
    bool probing() const noexcept { return probing_; }
    void set_round_trip(Instant::duration round_trip) { limits_.round_trip = round_trip; }

private:
    enum class ClaimConnectionWork { none, claim, read_back, check, listen };
    /// What the last check found; `empty` only if nothing was in the sender's hands when it was asked.
    enum class Queue { unknown, empty_meanwhile, empty };

    struct Held {
        std::int64_t id = 0;
        AttemptId attempt;
        Instant slot{};
        Instant claimed_at{}; ///< when the claim was asked for
    };
    struct InFlight {
        AttemptId attempt;
        DeviceIndex device = 0;
        Instant posted_at{};
        Instant claimed_at{};
        bool unwanted = false;
    };
    struct Device {
        std::deque<Held> ready;
        std::int64_t cursor = 0;
        Instant next_claim{};
        Instant blocked_until{}; ///< after a 429
        bool exhausted = false;
        bool capped = false;
        bool slow = false;
        std::optional<SteadyPace> pace;

        /// When the first that is ready may be posted.
        Instant next_post() const {
            return pace ? std::max(ready.front().slot, pace->next()) : ready.front().slot;
        }
    };
    /// A claim that is under way or was lost, with when it was asked for.
    struct LostClaim {
        Claim claim;
        Instant asked_at{};
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

    void stop(SendStop reason);
    void hold(const LostClaim& claim, const ClaimedRow& row);
    void end_unwanted(const std::vector<std::int64_t>& ids);
    bool must_wait(const Device& device, Instant now) const;
    void release_ready(Device& device, DeviceIndex index);
    void release_all_ready();
    void slow_down(DeviceIndex index, const PostEnded& event, Instant now);
    void note_outcome(SendVerdict verdict);
    void note_unreachable(const InFlight& post, Instant now);
    void note_silence(const PostEnded& event);
    void note_late_outcome(const PostEnded& event);
    static void note_empty_claim(Device& device, const ClaimAnswered& answer, Instant now);
    void look_again();
    bool cap_ends_run(const QueueChecked& queue);
    void watch_budgets(Instant now);
    void give_up_lost_claims();
    void give_up_posts();

    void end_claim_work();
    void lose_claim_connection(Instant now);
    void plan_posts(Instant now);
    bool post_one(DeviceIndex index, Instant now);
    void plan_settlements(Instant now);
    void plan_claim_connection(Instant now);
    bool plan_claim(Instant now);
    bool plan_hearing(Instant now);
    void plan_finish(Instant now);

    std::size_t held() const;
    std::size_t sent_within(Instant::duration span, Instant now) const;
    std::size_t most_ready(Instant now) const;
    std::size_t claim_room(Instant now) const;
    Instant::duration hearing_lasts() const;
    Instant heard_at(Instant claimed_at) const { return std::max(claimed_at, heard_at_); }
    bool is_heard_of(Instant claimed_at, Instant now) const;
    bool lease_is_safe(Instant claimed_at, Instant now) const;
    void forget_beginning(std::int64_t id);
    std::optional<Instant> listen_at() const;
    std::size_t post_limit() const;
    bool awaits_trial() const { return trial_ && in_flight_.contains(*trial_); }
    bool queue_check_due() const;
    bool out_of_patience(Instant now) const { return patience_ends_ && now >= *patience_ends_; }
    bool settlements_due(Instant now) const;

    SendLimits limits_;
    Random& random_;
    Backoff gateway_backoff_;
    Throughput throughput_;
    Circuit circuit_;
    std::vector<SendCommand> commands_;

    std::vector<Device> devices_;
    DeviceIndex next_device_ = 0; ///< whose turn it is to claim
    DeviceIndex post_turn_ = 0;
    std::size_t ready_ = 0; ///< over all devices
    std::unordered_map<std::int64_t, InFlight> in_flight_;
    std::vector<std::int64_t> beginning_; ///< of those in flight: no byte of them is written yet
    Instant heard_at_{};                  ///< when the last hearing that was answered was asked for

    ConnectionState claims_;
    ConnectionState records_;
    ClaimConnectionWork work_ = ClaimConnectionWork::none;
    LostClaim claiming_;                ///< under way on the connection for claims
    std::deque<LostClaim> lost_claims_; ///< to be read back
    std::vector<AttemptId> given_up_;   ///< read back as empty: released before the run ends

    std::vector<Settlement> pending_;
    Instant pending_since_{};
    Settle settling_; ///< under way on the connection for records

    std::optional<Instant> gateway_away_since_;
    Instant gateway_retry_at_{};
    bool probing_;
    bool probe_accepted_ = false;       ///< and no settlement has said so yet
    bool silence_ = false;              ///< a post got no answer, and none has come since
    std::optional<std::int64_t> trial_; ///< the one post that was begun in a silence

    std::optional<SendStop> stopping_;
    std::optional<Instant> patience_ends_; ///< of a signal, with what is in flight
    Queue queue_ = Queue::unknown;
    bool checking_empty_handed_ = false;
    bool cap_suspected_ = false; ///< nobody but a capped device seems to have work
    Instant told_at_;
    bool finished_ = false;
};

} // namespace blast
