#pragma once

#include "blast/domain/send_machine.hpp"
#include "blast/domain/send_outcome.hpp"
#include "blast/store/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace blast {

// The statements of a run that sends, and what their answers say. Only texts and values: the run's own connections carry
// them.

/// A recipient that is claimed, with what its message is made of.
struct ClaimedRecipient {
    std::int64_t id = 0;
    std::string phone;     ///< E.164
    std::string variables; ///< JSON object
    std::size_t variant = 0;
    std::string counted_on; ///< the day whose cap counts the claim, YYYY-MM-DD
    SendAnswer answer;      ///< what came back for it, once something has
};

struct ClaimRequest {
    std::int64_t blast_id = 0;
    std::int64_t after = 0;
    std::string attempt; ///< UUID
    std::chrono::milliseconds lease{};
    std::string device;
    bool paced = true;
    std::vector<double>
        starts; ///< of slots, seconds after the first, one more than rows wanted (SlotPlan)
    std::chrono::milliseconds ahead{50};
    std::optional<int> daily_cap;
    std::string timezone; ///< of the cap's day
    int counter_slot = 0;
    /// Epoch seconds at which this run's last claim left the device's next slot: while no other run claims, slots that
    /// have just passed are still given.
    std::optional<double> next_slot;
};

struct ClaimAnswer {
    double server_epoch = 0;    ///< seconds, when the claim ran
    double first_slot_in = 0;   ///< seconds from then
    double slowdown_factor = 1; ///< 2 while the device goes at half rate
    double blocked_for = 0;     ///< seconds
    std::int64_t slots = 0;
    bool capped = false;
    std::vector<ClaimedRecipient> rows;
};

std::vector<Statement> claim_statements(const ClaimRequest& request);
ClaimAnswer read_claim(const Results& results);

/// `timezone` of the cap's day.
Statement
read_back_statement(std::int64_t blast_id, const AttemptId& attempt, const std::string& timezone);
std::vector<ClaimedRecipient> read_read_back(const Result& result);

/// Sweeps expired leases and opt-outs, and asks how the queue stands.
std::vector<Statement> check_queue_statements(std::int64_t blast_id, int counter_slot);
QueueChecked read_queue_check(const Results& results);

/// Which of these recipients must not be sent to any more.
Statement unwanted_statement(std::int64_t blast_id, const std::vector<std::int64_t>& ids);
std::vector<std::int64_t> read_unwanted(const Result& result);

/// A message that the gateway has accepted.
struct AcceptedMessage {
    std::int64_t id = 0;
    std::string attempt;
    std::string device;
    std::string message_id;
    std::optional<std::int64_t> message_timestamp; ///< epoch seconds
    std::string data;                              ///< JSON, or empty
    std::string jid_phone; ///< E.164 of a number that WhatsApp rewrote, or empty
};

/// An attempt that was not accepted, and where its recipient goes: FAILED, UNCONFIRMED, or QUEUED, which becomes DROPPED
/// where the recipient is not wanted any more.
struct EndedAttempt {
    std::int64_t id = 0;
    std::string attempt;
    std::string state;
    std::string reason; ///< empty keeps the last one
    double pause = 0;   ///< seconds until a queued one may be claimed
};

/// What a run tells the database at once, in one transaction.
struct SettleRequest {
    std::int64_t blast_id = 0;
    int counter_slot = 1;
    std::vector<AcceptedMessage> accepted;
    std::vector<EndedAttempt> ended;
    std::vector<std::string> releases; ///< attempt ids
    std::string
        closes_circuit; ///< of that opening (Blast::stopped_at), if any: a probe was accepted

    struct DeviceChange {
        std::string device;
        int accepted = 0; ///< count towards the end of a half rate
        /// Claimed but never posted, by the day that counted them (ClaimedRecipient): not counted for its cap.
        std::map<std::string, int> unposted;
        bool throttled = false;
        std::optional<std::chrono::seconds> retry_after;
    };
    std::vector<DeviceChange> devices;

    bool empty() const {
        return accepted.empty() && ended.empty() && releases.empty() && devices.empty();
    }
};

/// The last statement is the one that records `accepted`, when there are any. Rows are locked in the order that
/// docs/architecture.md gives.
std::vector<Statement> settle_statements(const SettleRequest& request);
/// The accepted ids that were not recorded, given its result.
std::vector<AcceptedMessage>
not_recorded(const std::vector<AcceptedMessage>& accepted, const Result& recorded);

Statement
find_recorded_statement(std::int64_t blast_id, const std::vector<AcceptedMessage>& messages);

/// Why a message could not be recorded.
enum class RecordConflict {
    recorded_before, ///< this very message is recorded: an earlier try was committed
    id_taken,        ///< the message id belongs to another recipient: this one is UNCONFIRMED
    resent,          ///< the recipient is another attempt's now, or recorded by another
    gone             ///< the recipient was erased, or is not in this database: nothing is kept
};
std::vector<RecordConflict>
read_find_recorded(const Result& result, const std::vector<AcceptedMessage>& messages);

/// How well a blast knows the outcomes that a run kept in a file.
struct KnownOutcomes {
    std::size_t here = 0;    ///< attempt or message is this blast's
    std::size_t other = 0;   ///< the recipient is another attempt's since, recorded, or erased
    std::size_t unknown = 0; ///< nothing here is theirs
};
/// Throws DatabaseError.
KnownOutcomes find_outcomes(Connection& connection, const SettleRequest& kept);

Statement note_late_message_statement(std::int64_t blast_id, const AcceptedMessage& message);

Statement heartbeat_statement(
    std::int64_t blast_id, const std::string& sender, std::chrono::milliseconds lease);
/// Says before the end who stopped it: "person" or "circuit".
Statement note_stop_statement(std::int64_t blast_id, const std::string& stopped_by);
/// `stopped_by` is "person", "circuit" or empty.
Statement end_heartbeat_statement(
    std::int64_t blast_id, const std::string& sender, const std::string& stopped_by);

} // namespace blast
