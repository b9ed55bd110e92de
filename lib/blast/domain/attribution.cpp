#include "blast/domain/attribution.hpp"

#include <algorithm>
#include <tuple>

namespace blast {

namespace {

constexpr const char* unknown_id = "its message id is not recorded";

Match waits(const char* reason) {
    return {MatchVerdict::waits, {}, reason};
}

/// Whether a message by `device` can be about one by `other`; an empty one may be any.
bool may_be_same_device(const std::string& device, const std::string& other) {
    return device.empty() || other.empty() || device == other;
}

const SentMessage* latest_in_scope(const std::vector<SentMessage>& sent, const ReplyScope& scope) {
    const SentMessage* latest = nullptr;
    const auto order = [](const SentMessage& message) {
        return std::tuple(message.sent_second, message.key);
    };
    for (const SentMessage& message : sent) {
        const bool in_time =
            message.sent_second >= scope.earliest && message.sent_second <= scope.latest;
        if (in_time && may_be_same_device(scope.device, message.device) &&
            (latest == nullptr || order(*latest) < order(message))) {
            latest = &message;
        }
    }
    return latest;
}

bool may_be_answered(const OpenAttempt& attempt, const ReplyScope& scope) {
    return attempt.state != OutboxState::queued && attempt.begun_second >= scope.earliest &&
           attempt.begun_second <= scope.latest + clock_slack_seconds &&
           may_be_same_device(scope.device, attempt.device);
}

} // namespace

ReplyScope
reply_scope(const IncomingMessage& reply, std::int64_t at, const AttributionRules& rules) {
    const auto known = rules.device_of_number.find(reply.receiver);
    return {
        at - rules.window.count(), at,
        known == rules.device_of_number.end() ? std::string() : known->second};
}

Match match_reply(
    const ReplyScope& scope,
    const std::vector<SentMessage>& sent,
    const std::vector<OpenAttempt>& open) {
    const SentMessage* const latest = latest_in_scope(sent, scope);
    const bool newer_is_open =
        std::any_of(open.begin(), open.end(), [&](const OpenAttempt& attempt) {
            return may_be_answered(attempt, scope) &&
                   (latest == nullptr || attempt.begun_second >= latest->sent_second);
        });
    if (newer_is_open) {
        return waits("a newer message to this phone may be on its way");
    }
    if (latest == nullptr) {
        return waits("no message to this phone came before it");
    }
    return {MatchVerdict::matched, latest->key, {}};
}

Match match_unknown_receipt(const StatusReceipt& receipt, const std::vector<OpenAttempt>& open) {
    if (receipt.phone.empty() || !receipt.message_timestamp || open.size() != 1) {
        return waits(unknown_id);
    }
    const OpenAttempt& attempt = open.front();
    const std::int64_t at = *receipt.message_timestamp;
    const bool inside = at >= attempt.begun_second - clock_slack_seconds &&
                        at <= attempt.ended_second + clock_slack_seconds;
    if (attempt.state != OutboxState::unconfirmed || !inside ||
        !may_be_same_device(receipt.device, attempt.device)) {
        return waits(unknown_id);
    }
    return {MatchVerdict::confirms, attempt.key, {}};
}

} // namespace blast
