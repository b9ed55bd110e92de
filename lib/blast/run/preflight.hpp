#pragma once

#include "blast/gateway/http_engine.hpp"

#include <string>
#include <vector>

namespace blast {

class Log;

/// Asks the gateway before anything is queued or sent: GET /v1/server, and POST /v1/info for each device. Throws
/// UnavailableError when it cannot be reached, is not well, is not trusted or refuses the token. What else it says of a
/// device is a warning: the shape of that answer is not known.
void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log);

} // namespace blast
