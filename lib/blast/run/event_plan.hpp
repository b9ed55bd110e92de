#pragma once

#include "blast/domain/event_match.hpp"
#include "blast/store/tracking_changes.hpp"

#include <string>
#include <vector>

namespace blast {

/// An event that is to be matched.
struct ArrivedEvent {
    const InboxEvent* event = nullptr;
    double received_at = 0; ///< epoch seconds, the database's
    ReplyScope scope;       ///< of a message from a person
};

/// What an event is about. Empty for one that cannot be matched; else one match or, for a message id that stands in several
/// blasts, several. A receipt that would confirm an attempt which another receipt of the group, with another message id,
/// would confirm too confirms nothing: one of them is not ours.
using Matches = std::vector<Match>;
std::vector<Matches> match_events(const std::vector<ArrivedEvent>& events, const EventFacts& facts);

/// Whether the matches of one event tell what to change.
bool is_applicable(const Matches& matches);

/// Adds what an event changes to recipients. `matches` are applicable.
void add_changes(const ArrivedEvent& arrived, const Matches& matches, TrackingChanges& changes);

} // namespace blast
