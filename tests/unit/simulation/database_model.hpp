#pragma once

#include "blast/domain/send_machine.hpp"

#include "unit/simulation/event_queue.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace blast::simulation {

/// A message id of the gateway's; 0 is none.
using MessageId = std::int64_t;

enum class RowState { queued, sending, failed, unconfirmed, dropped, recorded };

/// A row of blast_outbox, or, once recorded, of blast_recipients. Its id is its place in the table, from 1.
struct Row {
    RowState state = RowState::queued;
    AttemptId attempt;
    Instant lease_until{};
    std::optional<Instant> not_before;
    std::optional<DeviceIndex> device;
    MessageId message = 0;
    std::vector<MessageId> history; ///< of earlier attempts, noted when their answers came late
    bool opted_out = false;
    bool to_be_dropped = false; ///< cancelled while it was being sent

    bool unwanted() const { return opted_out || to_be_dropped; }
};

struct ClaimTerms {
    Claim claim;
    std::chrono::milliseconds lease{};
    std::chrono::milliseconds ahead{};
    bool paced = false;
    std::vector<double> starts; ///< SlotPlan's
    std::optional<int> daily_cap;
};

/// What the claim's statement returns; times from the moment at which it ran.
struct ClaimResult {
    struct Row {
        std::int64_t id = 0;
        Instant::duration slot_in{};
    };
    Instant ran_at{};
    std::vector<Row> rows;
    Instant::duration next_slot_in{};
    Instant::duration blocked_for{};
    std::int64_t slots = 0;
    bool capped = false;
    bool slow = false;
};

struct AcceptedAnswer {
    std::int64_t id = 0;
    AttemptId attempt;
    MessageId message = 0;
};
struct EndedAttempt {
    std::int64_t id = 0;
    AttemptId attempt;
    RowState state = RowState::unconfirmed;
    Instant::duration pause{};
};
struct DeviceChange {
    int accepted = 0;
    int unposted = 0;
    bool throttled = false;
    std::optional<std::chrono::seconds> retry_after;
};
struct SettleTerms {
    std::vector<AcceptedAnswer> accepted;
    std::vector<EndedAttempt> ended;
    std::vector<AttemptId> releases;
    std::vector<DeviceChange> devices; ///< by DeviceIndex; may be empty
    std::size_t closes_circuit = 0;    ///< that opening of it; 0: none
};

/// Why an accepted message was not recorded.
enum class RecordConflict { recorded_before, id_taken, resent, gone };

/// The tables, and the statements of sql/queries/ as they change them: each runs whole, at one moment. Transactions that
/// wait for one another are left out: their order is drawn before they run.
class DatabaseModel {
public:
    DatabaseModel(const EventQueue& queue, std::size_t recipients, std::size_t devices)
        : queue_(queue), rows_(recipients), devices_(devices) {}

    ClaimResult claim(const ClaimTerms& terms);
    std::vector<std::int64_t> read_back(const AttemptId& attempt) const;
    /// One transaction. Returns what was accepted but not recorded.
    std::vector<AcceptedAnswer> settle(const SettleTerms& terms);
    RecordConflict find_recorded(const AcceptedAnswer& answer) const;
    void note_late_message(const AcceptedAnswer& answer);
    /// Which of these must not be sent to any more.
    std::vector<std::int64_t> unwanted(const std::vector<std::int64_t>& ids) const;
    /// Returns how many.
    std::size_t expire_leases();
    void drop_opted_out();
    QueueChecked queue_state() const;
    /// The user's word; returns the ids.
    std::vector<std::int64_t> requeue(RowState from);
    bool drop(std::int64_t id, RowState from);
    void opt_out(std::int64_t id);
    void cancel();

    /// Which opening of the circuit is not closed; 0: none.
    std::size_t circuit() const noexcept { return circuit_; }
    void open_circuit() { circuit_ = ++openings_; }

    Row& row(std::int64_t id) { return rows_.at(static_cast<std::size_t>(id - 1)); }
    const std::vector<Row>& rows() const { return rows_; }
    Instant server_now() const { return queue_.now() + clock_ahead_; }
    void jump_clock(Instant::duration ahead) { clock_ahead_ += ahead; }
    int posts(DeviceIndex device) const { return devices_.at(device).posts; }

private:
    struct Device {
        Instant next_slot{};
        Instant blocked_until{};
        std::chrono::duration<double> last_wait{};
        int slow_left = 0;
        int posts = 0;
    };

    std::int64_t free_slots(const Device& device, const ClaimTerms& terms) const;
    std::vector<std::int64_t> pick(const Claim& claim, std::int64_t slots) const;
    void record(const AcceptedAnswer& answer, std::vector<AcceptedAnswer>& missing);
    void end(const EndedAttempt& ended);
    void release(const AttemptId& attempt);
    void change(Device& device, const DeviceChange& change) const;

    const EventQueue& queue_;
    Instant::duration clock_ahead_{};
    std::vector<Row> rows_;
    std::vector<Device> devices_;
    std::size_t openings_ = 0;
    std::size_t circuit_ = 0;
    std::unordered_map<MessageId, std::int64_t> recorded_;
};

} // namespace blast::simulation
