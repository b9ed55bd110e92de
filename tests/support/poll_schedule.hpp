#pragma once

#include "blast/core/clock.hpp"
#include "blast/domain/status.hpp"

#include <chrono>
#include <optional>

namespace blast::test {

/// What the schedule of checks has to be, apart from how the database says it (check_due_in, sql/queries/poll_*.sql): the tests hold
/// both together, and `scripts/bench poll` plays it through.
///
/// A message whose status is asked for, as far as its schedule goes.
struct TrackedMessage {
    WallTime sent_at;
    std::optional<WallTime> last_checked_at;
    Status status = Status::pending;
};

/// A message is not asked about again sooner than this.
constexpr std::chrono::seconds shortest_check_gap{30};
/// A message that is older than this is not asked about any more.
constexpr std::chrono::hours tracked_for{7 * 24};

/// How long the status of a message of that age may go unchecked: a quarter of its age, at least 30 s. What happens to a
/// message mostly happens soon after it was sent, so a gap that grows with the age finds nearly everything as promptly,
/// measured against how long it took, for a number of questions that grows only with the logarithm of the age.
std::chrono::nanoseconds check_gap(std::chrono::nanoseconds age);

/// Whether its status can still change in a way that is asked for: not REPLIED, and younger than 7 days.
bool still_moves(const TrackedMessage& message, WallTime now);

/// Whether to ask for the status now: never asked, or last asked at least a check_gap ago.
bool is_due(const TrackedMessage& message, WallTime now);

/// The first moment at which the message is due; nothing if it will not be again.
std::optional<WallTime> next_check(const TrackedMessage& message);

/// Whether `left` is asked about before `right` when there is no time for all: what waits for a receipt before what was
/// read (whose next change is a reply, which no status tells), then the newer message, since the chance that the next
/// minute brings the change falls with every minute that did not.
bool is_checked_before(const TrackedMessage& left, const TrackedMessage& right);

} // namespace blast::test
