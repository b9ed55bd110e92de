#include "support/poll_schedule.hpp"

#include <algorithm>
#include <tuple>

namespace blast::test {

std::chrono::nanoseconds check_gap(std::chrono::nanoseconds age) {
    return std::max<std::chrono::nanoseconds>(shortest_check_gap, age / 4);
}

bool still_moves(const TrackedMessage& message, WallTime now) {
    return message.status != Status::replied && now - message.sent_at < tracked_for;
}

bool is_due(const TrackedMessage& message, WallTime now) {
    if (!still_moves(message, now)) {
        return false;
    }
    return !message.last_checked_at ||
           now - *message.last_checked_at >= check_gap(now - message.sent_at);
}

std::optional<WallTime> next_check(const TrackedMessage& message) {
    WallTime due = message.sent_at;
    if (message.last_checked_at) {
        // now - checked >= (now - sent) / 4, solved for the time of the check.
        const auto checked_age = *message.last_checked_at - message.sent_at;
        due = std::max(
            *message.last_checked_at + shortest_check_gap,
            message.sent_at + (checked_age * 4 + std::chrono::nanoseconds(2)) / 3);
    }
    if (!still_moves(message, due)) {
        return std::nullopt;
    }
    return due;
}

bool is_checked_before(const TrackedMessage& left, const TrackedMessage& right) {
    const auto key = [](const TrackedMessage& message) {
        return std::tuple(message.status >= Status::read_ack, -message.sent_at.time_since_epoch());
    };
    return key(left) < key(right);
}

} // namespace blast::test
