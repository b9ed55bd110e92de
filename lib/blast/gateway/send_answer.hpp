#pragma once

#include "blast/domain/send_outcome.hpp"
#include "blast/gateway/http_engine.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace blast {

/// The body of POST /v1/sendMessage2. `phone` is E.164; `message` must be UTF-8.
std::string
send_request_body(std::string_view device, std::string_view phone, std::string_view message);

/// The body of POST /v1/info.
std::string device_request_body(std::string_view device);

/// Reads what came back for a message, whatever it is: the id at data.key.id, else at messageId; timestamps as string or
/// number; data as JSON that jsonb takes. Never throws for its input.
SendAnswer read_send_answer(const HttpAnswer& answer);

/// The ids that an answer of GET /v1/devices lists: an array `data` of ids, or of objects with an `id`. Nothing for any other
/// shape. Never throws for its input.
std::optional<std::set<std::string>> listed_devices(const HttpAnswer& answer);

/// Whether an answer to any endpoint says that the token is refused: HTTP 401, or the words "Unauthorised Token".
bool refuses_token(const HttpAnswer& answer);

} // namespace blast
