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
    read_answer_body(answer.body, read);
    return read;
}

bool refuses_token(const HttpAnswer& answer) {
    if (answer.transport != Transport::answered) {
        return false;
    }
    return answer.status == 401 || speaks_of_token(read_send_answer(answer).words);
}

} // namespace blast
