#include "blast/run/gateway_probe.hpp"

#include "blast/core/error.hpp"
#include "blast/core/log.hpp"
#include "blast/core/printable.hpp"
#include "blast/gateway/send_answer.hpp"

#include <fmt/format.h>

#include <utility>

namespace blast {

namespace {

constexpr std::chrono::milliseconds patience{15'000};

void check_token(const HttpAnswer& answer) {
    if (refuses_token(answer) || answer.status == 403) {
        throw UnavailableError(
            "the gateway refuses the token", "check WSAPME_USER_TOKEN; nothing was sent");
    }
}

} // namespace

GatewayProbe::GatewayProbe(const GatewaySettings& settings)
    : settings_(settings), engine_(loop_, settings) {}

HttpAnswer GatewayProbe::ask(std::string path, std::string body) {
    std::optional<HttpAnswer> answer;
    HttpRequest request;
    request.path = std::move(path);
    request.body = std::move(body);
    request.timeout = patience;
    request.date_wanted = true;
    const WallTime asked = std::chrono::system_clock::now();
    engine_.send(std::move(request), [&](HttpAnswer http) { answer = std::move(http); });
    while (!answer) {
        loop_.run_once();
    }
    clock_ahead_.reset();
    if (answer->date) {
        // Date has whole seconds: half a second more is its middle.
        const WallTime between = asked + (std::chrono::system_clock::now() - asked) / 2;
        const std::chrono::duration<double> ahead =
            *answer->date + std::chrono::milliseconds(500) - between;
        clock_ahead_ = ahead.count();
    }
    return *answer;
}

void GatewayProbe::check_reached(const HttpAnswer& answer) const {
    const std::string url = printable(settings_.url);
    if (answer.transport == Transport::untrusted) {
        throw UnavailableError(
            fmt::format(
                "the certificate of the gateway '{}' is not trusted ({})", url,
                printable(answer.failure)),
            "check WSAPME_API_URL, or name its CA in WSAPME_CA_FILE; nothing was sent");
    }
    if (answer.transport == Transport::unresolved) {
        throw UnavailableError(
            printable(answer.failure),
            "check WSAPME_API_URL, and that this machine can look up names; nothing was sent");
    }
    if (answer.transport != Transport::answered) {
        throw UnavailableError(
            fmt::format("cannot reach the gateway '{}' ({})", url, printable(answer.failure)),
            "check WSAPME_API_URL and the network; nothing was sent");
    }
}

void GatewayProbe::ask_server() {
    const HttpAnswer answer = ask("/v1/server", {});
    check_reached(answer);
    check_token(answer);
    if (answer.status != 200) {
        throw UnavailableError(
            fmt::format(
                "the gateway '{}' is not well (HTTP {})", printable(settings_.url), answer.status),
            "try again later; nothing was sent");
    }
}

DeviceWord GatewayProbe::ask_device(const std::string& device) {
    if (!std::exchange(devices_asked_, true)) {
        devices_ = listed_devices(ask("/v1/devices", {}));
    }
    const HttpAnswer answer = ask("/v1/info", device_request_body(device));
    check_reached(answer);
    check_token(answer);
    const SendAnswer said = read_send_answer(answer);
    const bool in_trouble = answer.status >= 500 || answer.status == 429;
    if (said.success == std::optional(false)) {
        return {!in_trouble, said.words.empty() ? "no" : printable(said.words)};
    }
    // Where it says yes, the ids of the list may be of another kind: their shape was never seen.
    if (said.success != std::optional(true) && devices_ && !devices_->contains(device)) {
        return {true, "it is not among your devices"};
    }
    return {false, answer.status >= 400 ? fmt::format("HTTP {}", answer.status) : std::string()};
}

void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log) {
    GatewayProbe probe(gateway);
    probe.ask_server();
    for (const std::string& device : devices) {
        const DeviceWord word = probe.ask_device(device);
        const std::string said = mask_phones(word.refusal);
        if (word.unknown) {
            throw UnavailableError(
                fmt::format("the gateway has no device '{}' ({})", printable(device), said),
                "compare --device or WSAPME_DEVICE with WSAPME's dashboard; nothing was sent");
        }
        if (!said.empty()) {
            log.warn(fmt::format("the gateway says of device '{}': {}", printable(device), said));
        }
    }
}

} // namespace blast
