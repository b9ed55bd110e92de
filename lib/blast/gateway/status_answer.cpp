#include "blast/gateway/status_answer.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/send_outcome.hpp"
#include "blast/domain/variables.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/gateway/status_answer_reader.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

using Kind = StatusAnswer::Kind;

StatusAnswer fault(std::string words) {
    return {Kind::fault, {}, {}, std::move(words)};
}

/// As captured: {"success":false,"message":"messageInfo ","data":{}}.
bool says_unknown_message(const StatusDocument& document) {
    return document.data_is_empty && document.message.rfind("messageInfo", 0) == 0;
}

StatusAnswer read_document(StatusDocument document) {
    if (document.success == false) {
        if (says_unknown_message(document)) {
            return {Kind::unknown_message, {}, {}, {}};
        }
        return fault(fmt::format("the gateway answered \"{}\"", printable(document.message)));
    }
    if (document.status.empty()) {
        return fault("an answer without a status");
    }
    return {
        Kind::status, std::move(document.status), document.c2s_timestamp,
        std::move(document.reason)};
}

StatusAnswer read_body(long http_status, std::optional<StatusDocument> document) {
    if (http_status == 401 || (document && speaks_of_token(document->message))) {
        return {Kind::token_refused, {}, {}, "the gateway refuses the token"};
    }
    if (http_status < 200 || http_status > 299) {
        return fault(fmt::format("HTTP {}", http_status));
    }
    if (!document || !document->is_object) {
        return fault("an answer that is not a JSON object");
    }
    return read_document(*std::move(document));
}

} // namespace

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
    return read_body(answer.status, read_status_document(answer.body));
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
