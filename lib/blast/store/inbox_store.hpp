#pragma once

#include "blast/domain/event_match.hpp"
#include "blast/domain/inbox_event.hpp"
#include "blast/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace blast {

// What webhooks told, as it is kept and looked up. Only texts and values where a statement is given: any kind of connection
// carries them.

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
    bool erased = false; ///< about an erased person: neither number nor words are kept
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

/// Ask what the database knows of what events are about, and which of them have come before.
/// `opt_outs` are the numbers of people who want no more messages.
std::vector<Statement> look_up_arrivals_statements(
    const std::vector<const InboxEvent*>& events, const std::set<std::string>& opt_outs);
EventFacts read_arrival_facts(const Results& results);

/// The same for events that are kept already: none counts as having come before.
std::vector<Statement> look_up_waiting_statements(const std::vector<const InboxEvent*>& events);
EventFacts read_waiting_facts(const Results& results);

Statement keep_events_statement(const std::vector<InboxRecord>& records);
Statement end_events_statement(const std::vector<EndedEvent>& events);
Statement opt_out_statement(const std::set<std::string>& phones, const std::string& reason);

/// At most `limit` events that wait, by id, from `after` on; with `young` only those that came lately. Cheap when nothing
/// waits.
Statement
waiting_statement(std::int64_t after, std::size_t limit, std::optional<std::chrono::seconds> young);
std::vector<WaitingEvent> read_waiting(const Result& result);

/// Events that have waited for longer than `patience` wait no more: they are kept for inspection.
Statement give_up_waiting_statement(std::chrono::seconds patience);

/// How many events wait. Throws DatabaseError.
std::int64_t count_waiting(Connection& connection);

/// At most `limit` events that are not applied, by id, from `after` on. Throws DatabaseError.
std::vector<ListedEvent> list_inbox(Connection& connection, std::int64_t after, std::size_t limit);

} // namespace blast
