#include "blast/gateway/send_answer.hpp"

#include "blast/domain/variables.hpp"
#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

namespace blast {

using nlohmann::json;

namespace {

constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_words = 500;
constexpr std::size_t longest_data = 64UL * 1024;

void read_message(const json& body, SendAnswer& answer) {
    answer.message_id = text_at(body, {"data", "key", "id"}, longest_id);
    if (answer.message_id.empty())
        answer.message_id = text_at(body, {"messageId"}, longest_id);
    answer.remote_jid = text_at(body, {"data", "key", "remoteJid"}, longest_id);
    answer.message_timestamp = epoch_seconds_at(body, {"data", "messageTimestamp"});
    const json* const data = find_path(body, {"data"});
    if (data == nullptr || !data->is_object())
        return;
    answer.data = jsonb_text(*data);
    if (answer.data.size() > longest_data)
        answer.data.clear();
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

SendAnswer read_send_answer(const HttpAnswer& http) {
    SendAnswer answer;
    answer.transport = http.transport;
    answer.request_begun = http.request_begun;
    answer.http_status = http.status;
    answer.retry_after = http.retry_after;
    answer.words = http.failure;
    if (http.transport != Transport::answered)
        return answer;
    const auto body = parse_bounded(http.body);
    answer.is_json = body && body->is_object();
    if (!answer.is_json)
        return answer;
    const json* const success = find_path(*body, {"success"});
    if (success != nullptr && success->is_boolean())
        answer.success = success->get<bool>();
    answer.words = text_at(*body, {"message"}, longest_words);
    read_message(*body, answer);
    return answer;
}

bool refuses_token(const HttpAnswer& http) {
    if (http.transport != Transport::answered)
        return false;
    return http.status == 401 || speaks_of_token(read_send_answer(http).words);
}

} // namespace blast
