#include "blast/run/preflight.hpp"

#include "blast/core/log.hpp"
#include "blast/core/printable.hpp"
#include "blast/run/gateway_probe.hpp"

#include <fmt/format.h>

namespace blast {

void preflight(
    const GatewaySettings& gateway, const std::vector<std::string>& devices, const Log& log) {
    GatewayProbe probe(gateway);
    probe.ask_server();
    for (const std::string& device : devices) {
        const std::string refusal = probe.ask_device(device);
        if (!refusal.empty()) {
            log.warn(fmt::format(
                "the gateway says of device '{}': {}", printable(device), mask_phones(refusal)));
        }
    }
}

} // namespace blast
