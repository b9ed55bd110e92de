#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/event_loop.hpp"
#include "blast/gateway/http_engine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace blast {

class Log;

/// Asks the gateway before anything is queued or sent: GET /v1/server, and POST /v1/info for each device. Throws
/// UnavailableError when it cannot be reached, is not well, is not trusted or refuses the token. What else it says of a
/// device is a warning: the shape of that answer is not known.
void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log);

/// Asks the gateway how it is, one question after the other. Both questions throw UnavailableError when it cannot be
/// reached, is not trusted or refuses the token. Not thread-safe.
class GatewayProbe {
public:
    /// `settings` must outlive the object. Throws UsageError for a URL that is neither https nor loopback http.
    explicit GatewayProbe(const GatewaySettings& settings);

    /// GET /v1/server; throws also when it answers anything but 200, all that is relied on.
    void ask_server();
    /// POST /v1/info: the gateway's words when it says no (success:false, or an HTTP error), else "". What else it
    /// tells of a device has no known shape.
    std::string ask_device(const std::string& device);

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
};

} // namespace blast
