#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace blast {

/// How a request ended below HTTP.
enum class Transport {
    answered,   ///< an HTTP status line and a whole body arrived
    unresolved, ///< no connection: the gateway's name has no address, or the resolver did not answer
    not_connected, ///< no connection: refused, timeout, a proxy's no, or TLS failure while connecting
    untrusted,     ///< the gateway's certificate is not trusted, or is for another name
    timed_out,     ///< the request was under way; no whole answer in time
    broken,        ///< the connection died, or what came is not HTTP
    too_large      ///< the body was longer than the cap (256 KiB)
};

/// What came back for one message, as far as it could be understood.
struct SendAnswer {
    Transport transport = Transport::broken;
    bool request_begun = true; ///< false: proof that the gateway has seen nothing of it
    long http_status = 0;
    bool is_json = false;        ///< the body is one JSON object
    std::optional<bool> success; ///< its "success", when it is a boolean
    std::string words;           ///< its "message", or what libcurl says of the transport
    std::optional<std::chrono::seconds> retry_after;

    std::string message_id;                        ///< empty: none
    std::optional<std::int64_t> message_timestamp; ///< epoch seconds
    std::string remote_jid;
    std::string data; ///< the answer's "data" as JSON text that jsonb takes; empty: none
};

/// What becomes of a recipient after one answer.
enum class SendVerdict {
    accepted,     ///< PENDING: the gateway has it
    refused,      ///< FAILED: the gateway will not
    unconfirmed,  ///< UNCONFIRMED: cannot be known
    unreachable,  ///< QUEUED: nothing was sent, the gateway could not be reached
    throttled,    ///< QUEUED: the device is to slow down
    unauthorized, ///< QUEUED, and the run stops: token refused, or a certificate that is not trusted
    forbidden,    ///< 403: ask /v1/info whether the token is refused (unauthorized), else refused
    not_begun ///< QUEUED, or DROPPED where it is not wanted any more: held back by the sender itself
};

/// The table of outcomes (docs/states.md). Only what is proven unsent may be sent again.
SendVerdict judge(const SendAnswer& answer);

/// Why a recipient is not sent, for last_error and for people: "HTTP 503", "the gateway refused: ...". Escaped.
std::string explain(SendVerdict verdict, const SendAnswer& answer);

/// Whether the gateway's words are those of a refused token ("Unauthorised Token", either spelling).
bool speaks_of_token(std::string_view words);

/// Whether the gateway's words speak of time or connection, so that a message it calls failed may be on its way.
bool speaks_of_time_or_connection(std::string_view words);

} // namespace blast
