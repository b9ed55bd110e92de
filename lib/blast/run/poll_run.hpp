#pragma once

#include "blast/core/log.hpp"
#include "blast/core/random.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/domain/poll_machine.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/tracking_changes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace blast {

/// What blast-poll was asked to do.
struct PollRequest {
    std::string database_url;
    GatewaySettings gateway;
    std::optional<std::int64_t> blast; ///< only this one
    bool everything = false;           ///< --now: what still moves, due or not
    bool watch = false;                ///< go on until nothing moves
    std::optional<double> per_second = 20;
    std::size_t concurrency = 8;
    std::chrono::milliseconds deadline{50'000}; ///< of a pass
};

/// What all passes together did. What a later pass made up for counts as checked, not as failed or left.
struct PollSummary {
    std::int64_t due = 0; ///< checked, failed, left, and what other runs took meanwhile
    std::int64_t checked = 0;
    std::int64_t failed = 0; ///< asked about in vain in the last pass
    std::int64_t left = 0;   ///< due, but not asked about, after the last pass
    StatusCounts changed;
    PollEnd end = PollEnd::done;
    bool nothing_could_be_asked = false; ///< the gateway was tried, and answered nothing at all
    std::string why; ///< for people: why checks failed or the run ended early; else empty
};

/// Called at most ten times a second with the checks that are done in this pass, and all that are due in it.
using PollProgress = std::function<void(std::int64_t done, std::int64_t due)>;

/// Asks the gateway for the status of what is due, in one pass or, with `watch`, until nothing moves. Each pass first tries
/// events again that webhooks brought too early. Runs may overlap. Throws UsageError for a blast that does not exist,
/// UnavailableError and DatabaseError when the database cannot be used.
PollSummary run_poll(
    const PollRequest& request,
    Connection& connection,
    const StopSignal& stop,
    Random& random,
    const PollProgress& on_progress);

} // namespace blast
