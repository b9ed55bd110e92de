#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace blast {

struct HttpAnswer;

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

/// What the gateway said when it was asked for a message's status.
struct StatusAnswer {
    enum class Kind {
        status,          ///< a status string, known to us or not
        unknown_message, ///< the gateway does not know the message, or not yet
        token_refused,   ///< and will be for every message
        untrusted,       ///< the gateway's certificate is not trusted
        unresolved,      ///< the gateway's name cannot be resolved
        fault            ///< no answer, or none that can be understood: to be asked again
    };

    Kind kind = Kind::fault;
    std::string status;                        ///< the gateway's word, at most 100 bytes
    std::optional<std::int64_t> c2s_timestamp; ///< messageC2STimestamp, epoch seconds
    /// Of a fault, for people: "HTTP 502"; of ERROR, the gateway's reason where it gives one.
    std::string words;
};

/// Reads an answer to POST /v1/getMessageStatus. The status is looked for at data.status, status and messageStatus, and
/// counts only as a string: other endpoints have a boolean of that name. An answer that says `success:false`, or whose HTTP
/// status is not 2xx, tells no status. Never throws for its input.
StatusAnswer read_status_answer(const HttpAnswer& answer);

/// The body of the question.
std::string status_question(const std::string& device, const std::string& message_id);

} // namespace blast
