#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace blast {

/// An event that is not applied, for people.
struct ListedEvent {
    std::int64_t id = 0;
    WallTime received_at{};
    std::string kind;
    std::string state;
    std::int64_t repeats = 0;
    std::string message_id;
    std::string phone;
    std::string reason;
    std::string body;
};

/// The gateway says how far a message of ours has got.
struct StatusReceipt {
    std::string message_id; ///< never empty
    std::string status;     ///< the gateway's word, never empty
    std::string phone;      ///< E.164 of the recipient; empty where it is hidden or not given
    std::string device;     ///< the sending device's id; empty where it is not given
    std::optional<std::int64_t> message_timestamp; ///< when the message was sent, epoch seconds
    std::optional<std::int64_t> c2s_timestamp;     ///< messageC2STimestamp, epoch seconds
    std::string reason; ///< why it is undeliverable, in the gateway's words; mostly empty
};

/// A person has written to one of our devices.
struct IncomingMessage {
    std::string phone;    ///< E.164 of the sender, never empty
    std::string receiver; ///< E.164 of the device's own number; empty where it is not given
    std::string text;     ///< "[image]" and the like for a message without text
    std::optional<std::int64_t> at; ///< epoch seconds
};

/// What an event is about, as webhook_inbox.kind says it.
enum class EventKind { status, message, unknown };

/// An event that cannot be matched to a message of ours, whatever happens later.
struct UnmatchableEvent {
    EventKind kind = EventKind::unknown;
    std::string reason; ///< for people: "the sender's number is hidden (@lid)"
};

/// One thing that a webhook told.
struct InboxEvent {
    std::string body; ///< as it came, made UTF-8 without NUL
    std::variant<StatusReceipt, IncomingMessage, UnmatchableEvent> content;
};

EventKind kind_of(const InboxEvent& event) noexcept;
/// "status", "message", "unknown".
std::string_view to_string(EventKind kind) noexcept;

} // namespace blast
