#include "blast/domain/event_match.hpp"

#include <algorithm>

namespace blast {

namespace {

constexpr double future_slack_seconds = 300;

template <typename Values>
const Values& values_of(const std::map<std::string, Values>& all, const std::string& key) {
    static const Values none;
    const auto found = all.find(key);
    return found == all.end() ? none : found->second;
}

} // namespace

EventTime time_of(const IncomingMessage& message, double received_at) {
    if (!message.at || static_cast<double>(*message.at) > received_at + future_slack_seconds) {
        return {received_at, false};
    }
    return {static_cast<double>(*message.at), true};
}

std::vector<Match> match_receipt(const StatusReceipt& receipt, const EventFacts& facts) {
    std::vector<Match> matches;
    for (const SentMessage& message : values_of(facts.sent_by_message_id, receipt.message_id)) {
        matches.push_back({MatchVerdict::matched, message.key, {}});
    }
    if (matches.empty()) {
        matches.push_back(
            match_unknown_receipt(receipt, values_of(facts.open_attempts, receipt.phone)));
    }
    return matches;
}

bool is_about_erased(const InboxEvent& event, const EventFacts& facts) {
    const auto* const receipt = std::get_if<StatusReceipt>(&event.content);
    if (receipt == nullptr) {
        return false;
    }
    const auto& sent = values_of(facts.sent_by_message_id, receipt->message_id);
    return std::any_of(
        sent.begin(), sent.end(), [](const SentMessage& message) { return message.erased; });
}

Match match_message(
    const IncomingMessage& message, const ReplyScope& scope, const EventFacts& facts) {
    return match_reply(
        scope, values_of(facts.sent_to_phone, message.phone),
        values_of(facts.open_attempts, message.phone));
}

} // namespace blast
