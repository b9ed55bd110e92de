#include "support/scripted_gateway.hpp"

#include <nlohmann/json.hpp>

namespace blast::test {

ScriptedGateway::ScriptedGateway()
    : answers_{{"", {200, R"({"success":true,"data":{"status":"DELIVERY_ACK"}})", {}}}},
      server_([this](const ReceivedRequest& request) { return take(request); }) {}

void ScriptedGateway::answer(const std::string& message_id, const std::string& body, int status) {
    answer(message_id, ServedAnswer{status, body, {}});
}

void ScriptedGateway::answer(const std::string& message_id, ServedAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_[message_id] = std::move(answer);
}

ServedAnswer ScriptedGateway::take(const ReceivedRequest& request) {
    const auto question = nlohmann::json::parse(request.body, nullptr, false);
    if (request.path != "/v1/getMessageStatus" || !question.is_object())
        return {404, {}, {}};
    const std::string id = question.value("messageId", "");
    const std::lock_guard lock(mutex_);
    questions_.push_back({question.value("device", ""), id, std::chrono::steady_clock::now()});
    const auto own = answers_.find(id);
    return own == answers_.end() ? answers_.at("") : own->second;
}

std::vector<StatusQuestion> ScriptedGateway::questions() const {
    const std::lock_guard lock(mutex_);
    return questions_;
}

std::vector<std::string> ScriptedGateway::asked_about() const {
    std::vector<std::string> ids;
    for (const StatusQuestion& question : questions())
        ids.push_back(question.message_id);
    return ids;
}

void ScriptedGateway::forget_questions() {
    const std::lock_guard lock(mutex_);
    questions_.clear();
}

} // namespace blast::test
