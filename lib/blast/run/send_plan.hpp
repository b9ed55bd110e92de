#pragma once

#include "blast/domain/pacing.hpp"
#include "blast/domain/send_window.hpp"
#include "blast/domain/template.hpp"
#include "blast/gateway/http_engine.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

/// Everything that one run of a blast's sending needs to know.
struct SendPlan {
    std::int64_t blast_id = 0;
    std::string blast_made_at; ///< as Blast has it
    std::string sender;        ///< UUID of this run, for its heartbeat
    std::string database_url;
    GatewaySettings gateway;
    std::vector<MessageTemplate> messages; ///< the variants
    std::vector<std::string> devices;
    SlotPlan slots{1.0, 30};
    std::optional<int> daily_cap;
    std::optional<SendWindow> window;
    TimeZone timezone; ///< of the cap's day and the window
    std::size_t concurrency = 8;
    std::chrono::milliseconds timeout{25'000};
    /// When the circuit opened (Blast::stopped_at) if it is open: one message at a time until one is accepted.
    std::string circuit_opened_at;

    bool probing() const { return !circuit_opened_at.empty(); }
    /// How long a claim holds: longer than any request.
    std::chrono::milliseconds lease() const { return timeout + std::chrono::seconds(30); }
};

} // namespace blast
