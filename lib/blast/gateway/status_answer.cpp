#include "blast/gateway/status_answer.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/send_outcome.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/gateway/status_fields.hpp"
#include "blast/gateway/wire_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace blast {

namespace {

using nlohmann::json;
using Kind = StatusAnswer::Kind;

std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

StatusAnswer fault(std::string words) {
    return {Kind::fault, {}, {}, std::move(words)};
}

bool says_failure(const json& document) {
    const json* const success = find_path(document, {"success"});
    return success != nullptr && success->is_boolean() && !success->get<bool>();
}

/// As captured: {"success":false,"message":"messageInfo ","data":{}}.
bool says_unknown_message(const json& document, const std::string& words) {
    const json* const data = find_path(document, {"data"});
    return data != nullptr && data->is_object() && data->empty() &&
           words.rfind("messageInfo", 0) == 0;
}

StatusAnswer read_failure(const json& document, const std::string& words) {
    if (says_unknown_message(document, words)) {
        return {Kind::unknown_message, {}, {}, {}};
    }
    return fault(fmt::format("the gateway answered \"{}\"", printable(words)));
}

StatusAnswer read_document(const json& document) {
    const std::string words = text_at(document, {"message"});
    if (says_failure(document)) {
        return read_failure(document, words);
    }
    const StatusFields fields = read_status_fields(document);
    if (fields.status.empty()) {
        return fault("an answer without a status");
    }
    return {Kind::status, fields.status, fields.c2s_timestamp, fields.reason};
}

StatusAnswer read_body(long http_status, const std::optional<json>& document) {
    if (http_status == 401 || (document && speaks_of_token(text_at(*document, {"message"})))) {
        return {Kind::token_refused, {}, {}, "the gateway refuses the token"};
    }
    if (http_status < 200 || http_status > 299) {
        return fault(fmt::format("HTTP {}", http_status));
    }
    if (!document || !document->is_object()) {
        return fault("an answer that is not a JSON object");
    }
    return read_document(*document);
}

} // namespace

StatusAnswer read_status_answer(const HttpAnswer& answer) {
    if (answer.transport == Transport::untrusted) {
        return {Kind::untrusted, {}, {}, answer.failure};
    }
    if (answer.transport != Transport::answered) {
        return fault(answer.failure.empty() ? "no answer" : answer.failure);
    }
    return read_body(answer.status, parse_bounded(answer.body));
}

std::string status_question(const std::string& device, const std::string& message_id) {
    return "{\"device\":" + quoted(device) + ",\"messageId\":" + quoted(message_id) + "}";
}

} // namespace blast
