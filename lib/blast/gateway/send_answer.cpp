#include "blast/gateway/send_answer.hpp"

#include "blast/domain/variables.hpp"
#include "blast/gateway/send_answer_reader.hpp"

#include <nlohmann/json.hpp>

namespace blast {

using nlohmann::json;

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
    if (http.transport != Transport::answered) {
        return answer;
    }
    read_answer_body(http.body, answer);
    return answer;
}

bool refuses_token(const HttpAnswer& http) {
    if (http.transport != Transport::answered) {
        return false;
    }
    return http.status == 401 || speaks_of_token(read_send_answer(http).words);
}

} // namespace blast
