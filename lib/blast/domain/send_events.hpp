#pragma once

#include "blast/core/clock.hpp"
#include "blast/domain/send_outcome.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

// What the sending of a blast is told, and what it asks for: the two alphabets of SendMachine.

namespace blast {

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
    interrupted,   ///< SIGINT
    terminated,    ///< SIGTERM
    daily_cap,     ///< every device with work has reached it
    window_closed, ///< outside the sending window
    circuit_open,  ///< a burst of failures
    no_entry,      ///< token refused or certificate not trusted
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

} // namespace blast
