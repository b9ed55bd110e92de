#include "blast/sim/status_endpoint.hpp"

#include "blast/sim/fault_answer.hpp"
#include "blast/sim/json_text.hpp"
#include "blast/sim/wire.hpp"

#include <nlohmann/json.hpp>

namespace blast::sim {

namespace {

std::string status_as_json(const char* name, const Fault* fault) {
    const FaultKind kind = fault == nullptr ? FaultKind::slow : fault->kind;
    switch (kind) {
    case FaultKind::boolean_status: return "true";
    case FaultKind::number_status: return "3";
    case FaultKind::unknown_status: return R"("TELEPATHY_ACK")";
    default: return json_string(name);
    }
}

} // namespace

StatusEndpoint::StatusEndpoint(
    const Settings& settings, const AcceptedMessages& messages, const Clock& clock)
    : settings_(settings),
      messages_(messages),
      clock_(clock),
      faults_(settings.answers.status_faults, settings.fate.seed, FaultTarget::status) {}

Answer StatusEndpoint::answer(const nlohmann::json& request) {
    const Fault* const fault = faults_.next();
    if (fault != nullptr && !is_carried_out(fault->kind)) {
        return refusal_answer(*fault, settings_.answers);
    }
    Answer answer;
    answer.body = body(request, fault);
    if (fault != nullptr) {
        spoil(answer, *fault, settings_.answers);
    }
    return answer;
}

std::string StatusEndpoint::body(const nlohmann::json& request, const Fault* fault) const {
    const std::string_view device = string_at(request, "device");
    if (device.empty() || !settings_.account.knows(device)) {
        return wire::failure(
            device.empty() ? "device is required, as a string" : "Device not found");
    }
    const auto* const index = messages_.find(string_at(request, "messageId"));
    if (index == nullptr || messages_.device_of(*index) != device) {
        return wire::unknown_message();
    }
    const Message& message = messages_.at(*index);
    const StatusAt status = status_at(messages_.fate(*index), clock_.wall() - message.accepted);
    const std::string document = wire::status_document(
        {message, device, json_string(message.text)}, status_as_json(status.name, fault),
        message.accepted + status.since);
    return settings_.answers.bare_statuses ? document : wire::wrapped(document);
}

} // namespace blast::sim
