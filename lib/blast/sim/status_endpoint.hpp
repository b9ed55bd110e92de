#pragma once

#include "blast/sim/accepted_messages.hpp"
#include "blast/sim/answer.hpp"
#include "blast/sim/fault.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace blast::sim {

/// Tells how far a message has come, or meets the faults that the user asked for.
class StatusEndpoint {
public:
    StatusEndpoint(const Settings& settings, const AcceptedMessages& messages, const Clock& clock);

    /// The request's token was checked before.
    Answer answer(const nlohmann::json& request);
    const FaultPlan& faults() const noexcept { return faults_; }

private:
    std::string body(const nlohmann::json& request, const Fault* fault) const;

    const Settings& settings_;
    const AcceptedMessages& messages_;
    const Clock& clock_;
    FaultPlan faults_;
};

} // namespace blast::sim
