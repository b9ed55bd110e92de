#include "blast/gateway/send_answer.hpp"

#include "blast/domain/variables.hpp"
#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

namespace blast {

using nlohmann::json;

namespace {

/// Leaves `answer` as it is, is_json included, when the text is not one JSON object.
void read_body(std::string_view text, SendAnswer& answer) {
    constexpr std::size_t longest_id = 256;
    constexpr std::size_t longest_words = 500;
    constexpr std::size_t longest_data = 64UL * 1024;
    const std::optional<json> document = parse_bounded(text);
    if (!document || !document->is_object()) {
        return;
    }
    answer.is_json = true;
    answer.success = bool_at(*document, {"success"});
    answer.words = text_at(*document, {"message"}, longest_words);
    answer.message_id = text_at(*document, {"data", "key", "id"}, longest_id);
    if (answer.message_id.empty()) {
        answer.message_id = text_at(*document, {"messageId"}, longest_id);
    }
    answer.remote_jid = text_at(*document, {"data", "key", "remoteJid"}, longest_id);
    answer.message_timestamp = epoch_seconds_at(*document, {"data", "messageTimestamp"});
    const json* const data = find_path(*document, {"data"});
    if (data != nullptr && data->is_object()) {
        answer.data = jsonb_text(*data);
    }
    if (answer.data.size() > longest_data) {
        answer.data.clear();
    }
}

} // namespace

std::string
send_request_body(std::string_view device, std::string_view phone, std::string_view message) {
    std::string body = R"({"device":)";
    append_json_string(body, device);
    body += R"(,"message":)";
    append_json_string(body, message);
    body += R"(,"to":)";
    append_json_string(body, phone);
    body += '}';
    return body;
}

std::string device_request_body(std::string_view device) {
    return json{{"device", device}}.dump();
}

SendAnswer read_send_answer(const HttpAnswer& answer) {
    SendAnswer read;
    read.transport = answer.transport;
    read.request_begun = answer.request_begun;
    read.http_status = answer.status;
    read.retry_after = answer.retry_after;
    read.words = answer.failure;
    if (answer.transport != Transport::answered) {
        return read;
    }
    read_body(answer.body, read);
    return read;
}

std::optional<std::set<std::string>> listed_devices(const HttpAnswer& answer) {
    const auto document = answer.status == 200 ? parse_bounded(answer.body) : std::nullopt;
    const json* const list = document ? find_path(*document, {"data"}) : nullptr;
    if (list == nullptr || !list->is_array() || list->empty()) {
        return std::nullopt;
    }
    std::set<std::string> ids;
    for (const json& entry : *list) {
        const json* const id = entry.is_object() ? find_path(entry, {"id"}) : &entry;
        if (id != nullptr && id->is_string()) {
            ids.insert(id->get<std::string>());
        } else if (id != nullptr && id->is_number_unsigned()) {
            ids.insert(std::to_string(id->get<std::uint64_t>()));
        } else {
            return std::nullopt;
        }
    }
    return ids;
}

bool refuses_token(const HttpAnswer& answer) {
    if (answer.transport != Transport::answered) {
        return false;
    }
    return answer.status == 401 || speaks_of_token(read_send_answer(answer).words);
}

} // namespace blast
