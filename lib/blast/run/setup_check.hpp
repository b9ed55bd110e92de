#pragma once

#include "blast/gateway/http_engine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace blast {

/// One thing that blast needs, and how it stands.
struct SetupFinding {
    std::string name; ///< "database", "durable", "schema", "pooler", "gateway", "device" or "clock"
    bool ok = false;
    std::string text; ///< what was found; of what is not well, "what is wrong: what to do about it"
};

/// Findings, and how far the other side's clock is before this machine's, in seconds, where it could be told.
struct SetupCheck {
    std::vector<SetupFinding> findings;
    std::optional<double> clock_ahead;
};

/// The database, whether its commits last, its schema, and whether transactions work through a pooler that may stand before it. Never throws for
/// what is not well.
SetupCheck check_database(const std::string& url);

/// The gateway, and each device. Never throws for what is not well.
SetupCheck check_gateway(const GatewaySettings& gateway, const std::vector<std::string>& devices);

/// Whether the clocks of this machine, the database and the gateway agree.
SetupFinding
check_clocks(std::optional<double> database_ahead, std::optional<double> gateway_ahead);

} // namespace blast
