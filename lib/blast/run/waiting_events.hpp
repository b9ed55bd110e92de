#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace blast {

class Connection;

/// Which of the events that wait are tried again.
struct RetryScope {
    /// Only those that came lately: a receipt that came before its message was recorded finds it within seconds.
    std::optional<std::chrono::seconds> young;

    static RetryScope all() { return {}; }
    static RetryScope lately() { return {std::chrono::minutes(10)}; }
};

/// Tries events again that matched nothing when they came: receipts and replies whose message is recorded by now, receipts
/// that confirm what became UNCONFIRMED, replies that waited for a newer message. To be called after messages were recorded
/// or given up. Returns how many were applied; costs one index look-up when nothing waits. What has waited
/// for 8 days is kept for inspection. Throws DatabaseError when the connection is lost.
std::int64_t retry_waiting(
    Connection& connection, int counter_slot, const RetryScope& scope = RetryScope::all());

} // namespace blast
