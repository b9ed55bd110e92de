#pragma once

#include <optional>
#include <string_view>

namespace blast {

/// How far an accepted message has got. Only ever forward, in this order.
enum class Status { pending, delivery_ack, read_ack, replied };

/// A recipient whose message is not accepted (yet).
enum class OutboxState { queued, sending, failed, unconfirmed, dropped };

/// As the database and every output say it: "PENDING", "DELIVERY_ACK", "READ_ACK", "REPLIED".
std::string_view to_string(Status status) noexcept;
/// "QUEUED", "SENDING", "FAILED", "UNCONFIRMED", "DROPPED".
std::string_view to_string(OutboxState state) noexcept;

/// The inverse of to_string, any case; nothing for an unknown word.
std::optional<Status> parse_status(std::string_view word) noexcept;
std::optional<OutboxState> parse_outbox_state(std::string_view word) noexcept;

/// What one of the gateway's status strings says.
struct ReportedStatus {
    std::optional<Status> reached; ///< nothing for ERROR and for unknown strings
    bool undeliverable = false;    ///< ERROR
};

/// Reads a status string of the gateway's: PENDING and SERVER_ACK are still awaiting delivery; READ and PLAYED mean
/// read (Baileys, WAMessageStatus); ERROR is undeliverable. Unknown strings say nothing. Case-sensitive, as seen.
ReportedStatus read_gateway_status(std::string_view word) noexcept;

/// The ladder: the later of both.
Status advance(Status current, Status reported) noexcept;

} // namespace blast
