#include "blast/run/test_message.hpp"

#include "blast/core/event_loop.hpp"
#include "blast/gateway/send_answer.hpp"

#include <optional>

namespace blast {

TestMessage send_test_message(const GatewaySettings& gateway, const TestRequest& request) {
    EventLoop loop;
    HttpEngine engine(loop, gateway);
    HttpRequest http;
    http.path = "/v1/sendMessage2";
    http.body = send_request_body(request.device, request.phone, request.text);
    http.timeout = request.timeout;
    std::optional<SendAnswer> answer;
    engine.send(
        std::move(http), [&](const HttpAnswer& ended) { answer = read_send_answer(ended); });
    while (!answer) {
        loop.run_once();
    }
    const SendVerdict verdict = judge(*answer);
    TestMessage sent;
    sent.accepted = verdict == SendVerdict::accepted;
    sent.message_id = answer->message_id;
    sent.text = request.text;
    if (!sent.accepted) {
        sent.failure = explain(verdict, *answer);
    }
    return sent;
}

} // namespace blast
