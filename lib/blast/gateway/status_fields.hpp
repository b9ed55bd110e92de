#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace blast {

/// What a document says of one message's status, bare or under "data": the answer to a status question and a status
/// webhook have the same fields. What is missing or of a wrong type is empty.
struct StatusFields {
    std::string message_id;
    std::string status; ///< the gateway's word, at most 100 bytes
    std::string remote_jid;
    std::string device;
    std::optional<bool> from_me;
    std::optional<std::int64_t> message_timestamp; ///< epoch seconds
    std::optional<std::int64_t> c2s_timestamp;     ///< epoch seconds
    std::string reason;                            ///< why it is undeliverable; mostly empty
};

/// Never throws for its input.
StatusFields read_status_fields(const nlohmann::json& document);

/// The device that a document names, as text, whether it writes a string or a number.
std::string device_in(const nlohmann::json& document);

} // namespace blast
