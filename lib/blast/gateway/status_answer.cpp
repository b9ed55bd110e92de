#include "blast/gateway/status_answer.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/send_outcome.hpp"
#include "blast/domain/variables.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/gateway/wire_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace blast {

namespace {

using nlohmann::json;
using Kind = StatusAnswer::Kind;

constexpr std::size_t status_limit = 100;
constexpr std::size_t id_limit = 256; // as of an answer to a send
constexpr std::size_t reason_limit = 500;

/// The document's "data" where that is an object, else the document.
const json& inner(const json& document) {
    const json* const data = find_path(document, {"data"});
    return data != nullptr && data->is_object() ? *data : document;
}

std::string first_text(std::string first, std::string second) {
    return first.empty() ? std::move(second) : std::move(first);
}

std::string find_message_id(const json& document) {
    const json& part = inner(document);
    std::string id =
        first_text(text_at(part, {"key", "id"}, id_limit), text_at(part, {"messageId"}, id_limit));
    if (id.empty() && &part != &document) {
        id = first_text(
            text_at(document, {"key", "id"}, id_limit), text_at(document, {"messageId"}, id_limit));
    }
    return id;
}

/// data.status, then status, then messageStatus.
std::string find_status(const json& document) {
    const json& part = inner(document);
    std::string status = first_text(
        text_at(part, {"status"}, status_limit), text_at(document, {"status"}, status_limit));
    if (status.empty()) {
        status = first_text(
            text_at(document, {"messageStatus"}, status_limit),
            text_at(part, {"messageStatus"}, status_limit));
    }
    return status;
}

std::string find_reason(const json& part) {
    std::string reason =
        first_text(text_at(part, {"reason"}, reason_limit), text_at(part, {"error"}, reason_limit));
    return first_text(std::move(reason), text_at(part, {"message"}, reason_limit));
}

std::optional<std::int64_t> find_time(const json& document, std::string_view name) {
    const auto seconds = epoch_seconds_at(inner(document), {name});
    return seconds ? seconds : epoch_seconds_at(document, {name});
}

/// As text, whether the document writes a string or a number.
std::string device_in(const json& document) {
    constexpr std::array<std::string_view, 3> names{"device", "id_device", "deviceId"};
    for (const std::string_view name : names) {
        const json* const device = find_path(document, {name});
        if (device != nullptr && device->is_number_integer()) {
            return device->dump();
        }
        if (device != nullptr && device->is_string()) {
            return text_at(document, {name}, id_limit);
        }
    }
    return {};
}

StatusAnswer fault(std::string words) {
    return {Kind::fault, {}, {}, std::move(words)};
}

/// As captured: {"success":false,"message":"messageInfo ","data":{}}.
bool says_unknown_message(const json& document) {
    const json* const data = find_path(document, {"data"});
    return data != nullptr && data->is_object() && data->empty() &&
           text_at(document, {"message"}).starts_with("messageInfo");
}

StatusAnswer read_object(const json& document) {
    if (bool_at(document, {"success"}) == false) {
        if (says_unknown_message(document)) {
            return {Kind::unknown_message, {}, {}, {}};
        }
        const std::string words = text_at(document, {"message"});
        return fault(fmt::format("the gateway answered \"{}\"", printable(words)));
    }
    StatusFields fields = read_status_fields(document);
    if (fields.status.empty()) {
        return fault("an answer without a status");
    }
    return {Kind::status, std::move(fields.status), fields.c2s_timestamp, std::move(fields.reason)};
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
    return read_object(*document);
}

} // namespace

StatusFields read_status_fields(const json& document) {
    const json& part = inner(document);
    StatusFields fields;
    fields.message_id = find_message_id(document);
    fields.status = find_status(document);
    fields.remote_jid = first_text(
        text_at(part, {"key", "remoteJid"}, id_limit),
        first_text(text_at(part, {"remoteJid"}, id_limit), text_at(part, {"jid"}, id_limit)));
    fields.device = first_text(device_in(part), device_in(document));
    fields.from_me = bool_at(part, {"key", "fromMe"});
    fields.message_timestamp = find_time(document, "messageTimestamp");
    fields.c2s_timestamp = find_time(document, "messageC2STimestamp");
    fields.reason = find_reason(part);
    return fields;
}

StatusAnswer read_status_answer(const HttpAnswer& answer) {
    if (answer.transport == Transport::untrusted) {
        return {Kind::untrusted, {}, {}, answer.failure};
    }
    if (answer.transport == Transport::unresolved) {
        return {Kind::unresolved, {}, {}, answer.failure};
    }
    if (answer.transport != Transport::answered) {
        return fault(answer.failure.empty() ? "no answer" : answer.failure);
    }
    return read_body(answer.status, parse_bounded(answer.body));
}

std::string status_question(const std::string& device, const std::string& message_id) {
    std::string body = R"({"device":)";
    append_json_string(body, device);
    body += R"(,"messageId":)";
    append_json_string(body, message_id);
    body += '}';
    return body;
}

} // namespace blast
