#include "blast/run/preflight.hpp"

#include "blast/core/error.hpp"
#include "blast/core/event_loop.hpp"
#include "blast/core/log.hpp"
#include "blast/core/printable.hpp"
#include "blast/gateway/send_answer.hpp"

#include <fmt/format.h>

#include <optional>

namespace blast {

namespace {

constexpr std::chrono::milliseconds patience{15'000};

HttpAnswer ask(EventLoop& loop, HttpEngine& engine, std::string path, std::string body) {
    std::optional<HttpAnswer> answer;
    HttpRequest request;
    request.path = std::move(path);
    request.body = std::move(body);
    request.timeout = patience;
    engine.send(std::move(request), [&](HttpAnswer http) { answer = std::move(http); });
    while (!answer)
        loop.run_once();
    return *answer;
}

void check_reached(const GatewaySettings& gateway, const HttpAnswer& answer) {
    const std::string url = printable(gateway.url);
    if (answer.transport == Transport::untrusted)
        throw UnavailableError(
            fmt::format(
                "the certificate of the gateway '{}' is not trusted ({})", url,
                printable(answer.failure)),
            "check WSAPME_API_URL, or name its CA in WSAPME_CA_FILE; nothing was sent");
    if (answer.transport != Transport::answered)
        throw UnavailableError(
            fmt::format("cannot reach the gateway '{}' ({})", url, printable(answer.failure)),
            "check WSAPME_API_URL and the network; nothing was sent");
}

void check_token(const HttpAnswer& answer) {
    if (refuses_token(answer) || answer.status == 403)
        throw UnavailableError(
            "the gateway refuses the token", "check WSAPME_USER_TOKEN; nothing was sent");
}

void check_device(const std::string& device, const HttpAnswer& answer, const Log& log) {
    const SendAnswer words = read_send_answer(answer);
    if (words.success == std::optional(false))
        log.warn(fmt::format(
            "the gateway says of device '{}': {}", printable(device), printable(words.words)));
}

} // namespace

void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log) {
    EventLoop loop;
    HttpEngine engine(loop, gateway);
    const HttpAnswer server = ask(loop, engine, "/v1/server", {});
    check_reached(gateway, server);
    check_token(server);
    if (server.status != 200)
        throw UnavailableError(
            fmt::format(
                "the gateway '{}' is not well (HTTP {})", printable(gateway.url), server.status),
            "try again later; nothing was sent");
    for (const std::string& device : devices) {
        const HttpAnswer info = ask(loop, engine, "/v1/info", device_request_body(device));
        check_reached(gateway, info);
        check_token(info);
        check_device(device, info, log);
    }
}

} // namespace blast
