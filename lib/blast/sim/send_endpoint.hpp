#pragma once

#include "blast/sim/accepted_messages.hpp"
#include "blast/sim/answer.hpp"
#include "blast/sim/fault.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>

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

} // namespace blast::sim
