#include "blast/domain/attribution.hpp"

#include <algorithm>
#include <tuple>

namespace blast {

namespace {

constexpr const char* unknown_id = "its message id is not recorded";

Match waits(const char* reason) {
    return {MatchVerdict::waits, {}, reason};
}

/// The device that got a message, "" when its own number is not known.
std::string receiving_device(const IncomingMessage& reply, const AttributionRules& rules) {
    const auto known = rules.device_of_number.find(reply.receiver);
    return known == rules.device_of_number.end() ? std::string() : known->second;
}

/// Whether a message by `device` can be about one by `other`; an empty one may be any.
bool may_be_same_device(const std::string& device, const std::string& other) {
    return device.empty() || other.empty() || device == other;
}

const SentMessage* latest_before(
    const std::vector<SentMessage>& sent,
    const std::string& device,
    std::int64_t at,
    std::int64_t window) {
    const SentMessage* latest = nullptr;
    const auto order = [](const SentMessage& message) {
        return std::tuple(message.sent_second, message.key);
    };
    for (const SentMessage& message : sent) {
        const bool in_window = message.sent_second <= at && at - message.sent_second <= window;
        if (in_window && may_be_same_device(device, message.device) &&
            (latest == nullptr || order(*latest) < order(message)))
            latest = &message;
    }
    return latest;
}

bool may_be_answered(const OpenAttempt& attempt, std::int64_t at, std::int64_t window) {
    return attempt.state != OutboxState::queued &&
           attempt.begun_second <= at + clock_slack_seconds && at - attempt.begun_second <= window;
}

} // namespace

Match match_reply(
    const IncomingMessage& reply,
    std::int64_t at,
    const std::vector<SentMessage>& sent,
    const std::vector<OpenAttempt>& open,
    const AttributionRules& rules) {
    const std::string device = receiving_device(reply, rules);
    const SentMessage* const latest = latest_before(sent, device, at, rules.window.count());
    const bool newer_is_open =
        std::any_of(open.begin(), open.end(), [&](const OpenAttempt& attempt) {
            return may_be_answered(attempt, at, rules.window.count()) &&
                   may_be_same_device(device, attempt.device) &&
                   (latest == nullptr || attempt.begun_second >= latest->sent_second);
        });
    if (newer_is_open)
        return waits("a newer message to this phone may be on its way");
    if (latest == nullptr)
        return waits("no message to this phone came before it");
    return {MatchVerdict::matched, latest->key, {}};
}

Match match_unknown_receipt(const StatusReceipt& receipt, const std::vector<OpenAttempt>& open) {
    if (receipt.phone.empty() || !receipt.message_timestamp || open.size() != 1)
        return waits(unknown_id);
    const OpenAttempt& attempt = open.front();
    const std::int64_t at = *receipt.message_timestamp;
    const bool inside = at >= attempt.begun_second - clock_slack_seconds &&
                        at <= attempt.ended_second + clock_slack_seconds;
    if (attempt.state != OutboxState::unconfirmed || !inside ||
        !may_be_same_device(receipt.device, attempt.device))
        return waits(unknown_id);
    return {MatchVerdict::confirms, attempt.key, {}};
}

} // namespace blast
