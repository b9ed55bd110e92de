#include "sim/gateway.hpp"

#include "sim/wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace blast::sim {

using nlohmann::json;

enum class Operation : std::uint8_t {
    send,
    send_flat,
    status,
    account,
    server,
    devices,
    device,
    statistics
};

namespace {

struct Endpoint {
    std::string_view path;
    std::string_view method;
    Operation operation;
    bool guarded; ///< by the token
};

constexpr std::array<Endpoint, 8> endpoints{{
    {"/v1/sendMessage2", "POST", Operation::send, true},
    {"/v1/getMessageStatus", "POST", Operation::status, true},
    {"/v1/sendMessage", "POST", Operation::send_flat, true},
    {"/v1/messageInfo", "POST", Operation::account, true},
    {"/v1/info", "POST", Operation::device, true},
    {"/v1/devices", "GET", Operation::devices, true},
    {"/v1/server", "GET", Operation::server, false},
    {"/sim/stats", "GET", Operation::statistics, false},
}};

Answer failure(int status, std::string_view words) {
    Answer answer;
    answer.status = status;
    answer.body = wire::failure(words);
    return answer;
}

Answer success(std::string body) {
    Answer answer;
    answer.body = std::move(body);
    return answer;
}

} // namespace

Gateway::Gateway(
    const Settings& settings,
    SendEndpoint& sends,
    StatusEndpoint& statuses,
    const Log& log,
    std::function<std::string()> statistics)
    : settings_(settings),
      sends_(sends),
      statuses_(statuses),
      log_(log),
      statistics_(std::move(statistics)) {}

Answer Gateway::handle(const Request& request) noexcept {
    try {
        return route(request);
    } catch (const std::exception& error) {
        log_.error(error.what());
        return failure(500, "the simulator failed, see its log");
    }
}

Answer Gateway::route(const Request& request) {
    const auto* const endpoint =
        std::find_if(endpoints.begin(), endpoints.end(), [&request](const Endpoint& each) {
            return each.path == request.path;
        });
    if (endpoint == endpoints.end()) {
        ++counts_.unknown_path;
        return failure(404, "Not Found");
    }
    ++counts_.by_path[endpoint->path];
    if (request.method != endpoint->method) {
        Answer answer = failure(405, "Method Not Allowed");
        answer.headers.emplace_back("Allow", endpoint->method);
        return answer;
    }
    if (endpoint->guarded && settings_.account.token && request.token != *settings_.account.token) {
        ++counts_.unauthorised;
        return failure(401, "Unauthorised Token");
    }
    return endpoint->method == "GET" ? carry_out(endpoint->operation, nullptr)
                                     : read_and_carry_out(endpoint->operation, request);
}

Answer Gateway::read_and_carry_out(Operation operation, const Request& request) {
    const json body = json::parse(request.body, nullptr, false);
    if (body.is_object()) {
        return carry_out(operation, body);
    }
    ++counts_.malformed;
    return failure(400, "the body is not a JSON object");
}

Answer Gateway::carry_out(Operation operation, const json& body) {
    switch (operation) {
    case Operation::send: return sends_.answer(body, SendForm::nested);
    case Operation::send_flat: return sends_.answer(body, SendForm::flat);
    case Operation::status: return statuses_.answer(body);
    case Operation::account: return success(wire::account());
    case Operation::server: return success(R"({"success":true,"message":"Server is running"})");
    case Operation::devices: return success(device_list());
    case Operation::device: return success(device_details(string_at(body, "device")));
    case Operation::statistics: return success(statistics_());
    }
    return failure(404, "Not Found");
}

std::string Gateway::device_list() const {
    std::vector<std::string> devices;
    for (const Device& device : settings_.account.devices) {
        devices.push_back(wire::device(device.id, settings_.account.own_number(device.id)));
    }
    return fmt::format(
        R"({{"success":true,"message":"Success","data":[{}]}})", fmt::join(devices, ","));
}

std::string Gateway::device_details(std::string_view device) const {
    if (device.empty()) {
        return wire::failure("device is required, as a string");
    }
    if (!settings_.account.knows(device)) {
        return wire::failure("Device not found");
    }
    return fmt::format(
        R"({{"success":true,"message":"Success","data":{}}})",
        wire::device(device, settings_.account.own_number(device)));
}

} // namespace blast::sim
