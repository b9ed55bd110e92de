#pragma once

#include "sim/accepted_messages.hpp"
#include "sim/answer.hpp"
#include "sim/fault.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace blast::sim {

enum class SendForm {
    nested, ///< /v1/sendMessage2
    flat    ///< /v1/sendMessage
};

/// Accepts messages, or meets the faults that the user asked for.
class SendEndpoint {
public:
    SendEndpoint(
        const Settings& settings,
        AcceptedMessages& messages,
        std::function<void(MessageBook::Index)> on_accepted);

    /// The request's token was checked before.
    Answer answer(const nlohmann::json& request, SendForm form);
    const FaultPlan& faults() const noexcept { return faults_; }

private:
    Answer accept(const Submission& submission, const Fault* fault, SendForm form);

    const Settings& settings_;
    AcceptedMessages& messages_;
    std::function<void(MessageBook::Index)> on_accepted_;
    FaultPlan faults_;
    Random random_ = Random::from_system();
};

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
