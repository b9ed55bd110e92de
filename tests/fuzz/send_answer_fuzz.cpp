// Whatever the gateway answers to a message: what is read of it is bounded and can be stored, and only an answer with an
// id and "success":true counts as accepted, only a refusal that leaves no doubt as unsent.
#include "blast/domain/jid.hpp"
#include "blast/gateway/send_answer.hpp"
#include "blast/gateway/wire_json.hpp"

#include "fuzz/http_input.hpp"
#include "fuzz/property.hpp"

#include <nlohmann/json.hpp>

using namespace blast;
using fuzz::is_clean;
using fuzz::require;

namespace {

bool holds_nul(const nlohmann::json& value) {
    if (value.is_string())
        return value.get_ref<const std::string&>().find('\0') != std::string::npos;
    if (value.is_object()) {
        for (auto member = value.begin(); member != value.end(); ++member) {
            if (member.key().find('\0') != std::string::npos || holds_nul(*member))
                return true;
        }
        return false;
    }
    return std::any_of(value.begin(), value.end(), [](const nlohmann::json& element) {
        return element.is_structured() || element.is_string() ? holds_nul(element) : false;
    });
}

void check_fields(const SendAnswer& answer) {
    require(is_clean(answer.message_id, 256), "a message id can be stored");
    require(is_clean(answer.remote_jid, 256), "a JID can be stored");
    require(is_clean(answer.words, 500), "the gateway's words can be stored");
    require(fuzz::is_plausible(answer.message_timestamp), "a time is plausible");
    const Jid jid = parse_jid(answer.remote_jid);
    require(jid.phone.empty() || fuzz::is_e164(jid.phone), "a JID's phone is E.164");
    if (!answer.is_json)
        require(
            answer.message_id.empty() && answer.data.empty() && !answer.success,
            "what is not JSON says nothing");
    if (answer.data.empty())
        return;
    require(answer.data.size() <= 64UL * 1024, "the data is bounded");
    const auto data = parse_bounded(answer.data);
    require(data && data->is_object() && !holds_nul(*data), "jsonb takes the data");
}

void check_verdict(const SendAnswer& answer) {
    const SendVerdict verdict = judge(answer);
    const bool accepted = !answer.message_id.empty() && answer.success == std::optional(true);
    require((verdict == SendVerdict::accepted) == accepted, "an id and success, and only both");
    require(
        verdict != SendVerdict::unreachable && verdict != SendVerdict::not_begun,
        "an answer is no proof that nothing was sent");
    if (!answer.message_id.empty())
        require(
            accepted || verdict == SendVerdict::unconfirmed, "a message with an id is in doubt");
    const std::string reason = explain(verdict, answer);
    require(is_clean(reason, 1000) && printable(reason, 1000) == reason, "a reason can be shown");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const HttpAnswer http = fuzz::read_http_input({reinterpret_cast<const char*>(data), size});
    const SendAnswer answer = read_send_answer(http);
    check_fields(answer);
    check_verdict(answer);
    if (http.status == 401)
        require(refuses_token(http), "401 refuses the token");
    return 0;
}
