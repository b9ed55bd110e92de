#include "sim/endpoints.hpp"

#include "sim/wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace blast::sim {

namespace {

/// 8 to 15 digits (ITU-T E.164), with or without a plus sign; 0 for anything else.
std::uint64_t parse_phone(std::string_view text) {
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
    }
    std::uint64_t phone = 0;
    const char* const end = text.data() + text.size();
    const bool right_length = text.size() >= 8 && text.size() <= 15 && text.front() != '0';
    return right_length && std::from_chars(text.data(), end, phone).ptr == end ? phone : 0;
}

/// What the gateway has against the request, or an empty string.
std::string_view objection(const Account& account, const Submission& submission) {
    if (submission.device.empty()) {
        return "device is required, as a string";
    }
    if (!account.knows(submission.device)) {
        return "Device not found";
    }
    if (submission.phone == 0) {
        return "to is not a valid number";
    }
    if (submission.text.empty()) {
        return "message is required";
    }
    if (!submission.redirect_url.empty() &&
        !is_loopback_url(std::string(submission.redirect_url))) {
        return "redirect_url must be http to a loopback address: this is a simulator";
    }
    return {};
}

std::string usual_answer(SendForm form, const wire::MessageView& view, Random& random) {
    if (form == SendForm::flat) {
        return wire::sent_flat(view);
    }
    constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
    const std::string secret = fmt::format(
        "{:016X}{:016X}{:011X}=", random.below(any), random.below(any), random.below(any) >> 20U);
    return wire::sent(view, secret);
}

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

SendEndpoint::SendEndpoint(
    const Settings& settings,
    AcceptedMessages& messages,
    std::function<void(MessageBook::Index)> on_accepted)
    : settings_(settings),
      messages_(messages),
      on_accepted_(std::move(on_accepted)),
      faults_(settings.answers.send_faults, settings.fate.seed, FaultTarget::send) {}

Answer SendEndpoint::answer(const nlohmann::json& request, SendForm form) {
    const Fault* const fault = faults_.next();
    Answer answer;
    if (fault != nullptr && !is_carried_out(fault->kind)) {
        answer = refusal_answer(*fault, settings_.answers);
    } else {
        Submission submission{
            string_at(request, "device"),
            parse_phone(string_at(request, "to")),
            string_at(request, "message"),
            {},
            {}};
        if (form == SendForm::flat) {
            submission.redirect_url = string_at(request, "redirect_url");
        }
        const std::string_view refused = objection(settings_.account, submission);
        if (refused.empty()) {
            answer = accept(submission, fault, form);
        } else {
            answer.body = wire::failure(refused);
        }
    }
    answer.delay += settings_.answers.delay;
    return answer;
}

Answer SendEndpoint::accept(const Submission& submission, const Fault* fault, SendForm form) {
    const std::string quoted_text = json_string(submission.text);
    Submission complete = submission;
    complete.quoted_text = quoted_text;
    const auto index = messages_.accept(complete);
    on_accepted_(index);
    const wire::MessageView view{messages_.at(index), submission.device, quoted_text};
    Answer answer;
    if (fault == nullptr) {
        answer.body = usual_answer(form, view, random_);
    } else if (fault->kind == FaultKind::no_id) {
        answer.body = wire::sent_without_id(view);
    } else {
        answer.body = usual_answer(
            fault->kind == FaultKind::flat_answer ? SendForm::flat : form, view, random_);
        spoil(answer, *fault, settings_.answers);
    }
    return answer;
}

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
