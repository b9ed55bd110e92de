#pragma once

#include "blast/core/log.hpp"

#include "sim/answer.hpp"
#include "sim/endpoints.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace blast::sim {

enum class Operation : std::uint8_t;

/// What happened so far, by endpoint.
struct RequestCounts {
    std::map<std::string_view, std::uint64_t> by_path; ///< of the endpoints that exist
    std::uint64_t unknown_path = 0;
    std::uint64_t unauthorised = 0;
    std::uint64_t malformed = 0; ///< bodies that were no JSON
};

/// The gateway's endpoints behind one door: finds the endpoint, checks the token, reads the body's JSON.
class Gateway {
public:
    /// `statistics` makes the body of GET /sim/stats.
    Gateway(
        const Settings& settings,
        SendEndpoint& sends,
        StatusEndpoint& statuses,
        const Log& log,
        std::function<std::string()> statistics);

    /// Answers every request, also hostile ones; never throws.
    Answer handle(const Request& request) noexcept;
    const RequestCounts& counts() const noexcept { return counts_; }

private:
    Answer route(const Request& request);
    Answer read_and_carry_out(Operation operation, const Request& request);
    Answer carry_out(Operation operation, const nlohmann::json& body);
    std::string device_list() const;
    std::string device_details(std::string_view device) const;

    const Settings& settings_;
    SendEndpoint& sends_;
    StatusEndpoint& statuses_;
    const Log& log_;
    std::function<std::string()> statistics_;
    RequestCounts counts_;
};

} // namespace blast::sim
