#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/event_loop.hpp"
#include "blast/gateway/http_engine.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace blast {

class Log;

/// Asks the gateway before anything is queued or sent: GET /v1/server, and POST /v1/info for each device. Throws
/// UnavailableError when it cannot be reached, is not well, is not trusted, refuses the token, or says clearly that it has no
/// such device. What else it says of a device is a warning: the shape of that answer is not known.
void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log);

/// What the gateway says of a device.
struct DeviceWord {
    bool unknown =
        false; ///< clearly: success:false, or neither a yes nor a place in the list of devices
    std::string refusal; ///< its words when it says no, else ""
};

/// Asks the gateway how it is, one question after the other. Both questions throw UnavailableError when it cannot be
/// reached, is not trusted or refuses the token. Not thread-safe.
class GatewayProbe {
public:
    /// `settings` must outlive the object. Throws UsageError for a URL that is neither https nor loopback http.
    explicit GatewayProbe(const GatewaySettings& settings);

    /// GET /v1/server; throws also when it answers anything but 200, all that is relied on.
    void ask_server();
    /// POST /v1/info, and GET /v1/devices once. What else they tell of a device has no known shape.
    DeviceWord ask_device(const std::string& device);

    /// The gateway's Date (RFC 9110, 6.6.1) of the last answer, less this machine's clock at that time, in seconds; it is
    /// right to about one. Nothing when it had none.
    std::optional<double> clock_ahead() const noexcept { return clock_ahead_; }

private:
    HttpAnswer ask(std::string path, std::string body);
    void check_reached(const HttpAnswer& answer) const;

    const GatewaySettings& settings_;
    EventLoop loop_;
    HttpEngine engine_;
    std::optional<double> clock_ahead_;
    bool devices_asked_ = false;
    std::optional<std::set<std::string>> devices_; ///< where it lists them in a shape that is known
};

} // namespace blast
