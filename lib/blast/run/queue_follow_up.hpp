#pragma once

#include "blast/run/queue_audience.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace blast {

class Connection;

/// A follow-up to those who are stuck somewhere in an earlier blast.
struct FollowUpRequest {
    std::int64_t earlier = 0;
    std::string stuck; ///< a status or state, upper case
    std::chrono::milliseconds older_than{0};
    QueueRequest blast; ///< its audience is not read
};

/// Counts whom the follow-up would be queued for; no transaction is open when it returns. Throws UsageError when nobody is
/// stuck there, or a template names a column that the earlier blast does not have.
QueuedBlast count_follow_up(Connection& connection, const FollowUpRequest& request);

/// Queues the follow-up in one transaction. Throws as count_follow_up does, and UsageError when there are more people now
/// than a person has confirmed.
QueuedBlast queue_follow_up(
    Connection& connection, const FollowUpRequest& request, std::optional<std::int64_t> confirmed);

} // namespace blast
