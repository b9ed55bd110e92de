#include "blast/gateway/status_fields.hpp"

#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace blast {

namespace {

using nlohmann::json;

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

std::optional<bool> find_from_me(const json& part) {
    const json* const from_me = find_path(part, {"key", "fromMe"});
    if (from_me == nullptr || !from_me->is_boolean()) {
        return std::nullopt;
    }
    return from_me->get<bool>();
}

} // namespace

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

StatusFields read_status_fields(const json& document) {
    const json& part = inner(document);
    StatusFields fields;
    fields.message_id = find_message_id(document);
    fields.status = find_status(document);
    fields.remote_jid = first_text(
        text_at(part, {"key", "remoteJid"}, id_limit),
        first_text(text_at(part, {"remoteJid"}, id_limit), text_at(part, {"jid"}, id_limit)));
    fields.device = first_text(device_in(part), device_in(document));
    fields.from_me = find_from_me(part);
    fields.message_timestamp = find_time(document, "messageTimestamp");
    fields.c2s_timestamp = find_time(document, "messageC2STimestamp");
    fields.reason = find_reason(part);
    return fields;
}

} // namespace blast
