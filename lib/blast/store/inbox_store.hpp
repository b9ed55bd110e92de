#pragma once

#include "blast/domain/event_match.hpp"
#include "blast/domain/inbox_event.hpp"
#include "blast/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

/// What becomes of an event: webhook_inbox.state.
enum class InboxState { waiting, applied, kept };

/// "WAITING", "APPLIED", "KEPT".
std::string_view to_string(InboxState state) noexcept;

/// An event as it is kept.
struct InboxRecord {
    const InboxEvent* event = nullptr; ///< outlives the record
    int repeats = 0;                   ///< how often it came beyond once in the same group
    InboxState state = InboxState::kept;
    std::optional<double> occurred_at;     ///< epoch seconds
    ReplyScope scope;                      ///< of a message from a person
    std::optional<RecipientKey> recipient; ///< what it was applied to
    std::string reason;                    ///< why it waits or is kept
};

/// An event that waited.
struct WaitingEvent {
    std::int64_t id = 0;
    std::string body;
    double received_at = 0; ///< epoch seconds
    ReplyScope scope;       ///< of a message from a person
};

struct EndedEvent {
    std::int64_t id = 0;
    RecipientKey recipient;
};

/// An event that is not applied, for people.
struct ListedEvent {
    std::int64_t id = 0;
    double received_at = 0; ///< epoch seconds
    std::string kind;
    std::string state;
    std::int64_t repeats = 0;
    std::string message_id;
    std::string phone;
    std::string reason;
    std::string body;
};

/// What the database knows of what events are about, and which of them have come before, in one round trip. Throws
/// DatabaseError.
EventFacts look_up_arrivals(Connection& connection, const std::vector<const InboxEvent*>& events);

/// The same for events that are kept already: none counts as having come before. Throws DatabaseError.
EventFacts look_up_waiting(Connection& connection, const std::vector<const InboxEvent*>& events);

Statement keep_events_statement(const std::vector<InboxRecord>& records);
Statement end_events_statement(const std::vector<EndedEvent>& events);
Statement opt_out_statement(const std::vector<std::string>& phones, const std::string& reason);

/// At most `limit` events that wait, by id, from `after` on; with `young` only those that came lately. Cheap when nothing
/// waits. Throws DatabaseError.
std::vector<WaitingEvent> load_waiting(
    Connection& connection,
    std::int64_t after,
    std::size_t limit,
    std::optional<std::chrono::seconds> young);

/// Events that have waited for longer than `patience` wait no more: they are kept for inspection. Throws DatabaseError.
void give_up_waiting(Connection& connection, std::chrono::seconds patience);

/// At most `limit` events that are not applied, by id, from `after` on. Throws DatabaseError.
std::vector<ListedEvent> list_inbox(Connection& connection, std::int64_t after, std::size_t limit);

} // namespace blast
