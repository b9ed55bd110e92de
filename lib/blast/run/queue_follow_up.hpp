#pragma once

#include "blast/run/queue_audience.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
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

/// Queues the follow-up in one transaction, as AudienceQueue does; nothing is queued when `confirm` says false. Throws
/// UsageError when nobody is stuck there, or a template names a column that the earlier blast does not have.
QueuedBlast queue_follow_up(
    Connection& connection,
    const FollowUpRequest& request,
    const std::function<bool(const QueuedBlast&)>& confirm);

} // namespace blast
