// Properties of attribution: whatever was sent and is open, whom a reply or a receipt is credited to.
#include "blast/domain/attribution.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <rapidcheck/catch.h>
#include <string>
#include <vector>

using namespace blast;

namespace {

constexpr std::int64_t noon = 1'768'716'000;
constexpr std::int64_t day = 86'400;
constexpr const char* own_number = "+601140464720"; ///< of device 5850

IncomingMessage reply_to(const std::string& receiver = "") {
    return {"+60123456789", receiver, "hi", std::nullopt};
}

Match answer(
    const IncomingMessage& reply,
    const std::vector<SentMessage>& messages,
    const std::vector<OpenAttempt>& attempts) {
    AttributionRules rules;
    rules.device_of_number = {{own_number, "5850"}};
    return match_reply(reply_scope(reply, noon, rules), messages, attempts);
}

std::vector<std::int64_t> any_ages() {
    return *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(-1000, 10 * day));
}

std::string any_device() {
    return *rc::gen::element<std::string>("5850", "5851", "");
}

std::vector<SentMessage> any_messages() {
    std::vector<SentMessage> messages;
    for (const std::int64_t age : any_ages()) {
        const auto blast = static_cast<std::int64_t>(messages.size()) + 1;
        messages.push_back({{blast, 1}, "id" + std::to_string(blast), any_device(), noon - age});
    }
    return messages;
}

std::vector<OpenAttempt> any_attempts() {
    std::vector<OpenAttempt> attempts;
    for (const std::int64_t age : any_ages()) {
        const OutboxState state =
            *rc::gen::element(OutboxState::sending, OutboxState::unconfirmed, OutboxState::queued);
        attempts.push_back(
            {{1000 + static_cast<std::int64_t>(attempts.size()), 1},
             state,
             any_device(),
             noon - age,
             noon - age + *rc::gen::inRange<std::int64_t>(0, 60)});
    }
    return attempts;
}

/// At and around the bounds of an attempt from noon on, so that receipts often fit.
StatusReceipt any_receipt() {
    StatusReceipt receipt;
    receipt.message_id = "unknown";
    receipt.status = "DELIVERY_ACK";
    receipt.phone = *rc::gen::element<std::string>("+60123456789", "+60123456789", "");
    receipt.device = any_device();
    const auto after_noon = *rc::gen::element(-100, -6, -5, 0, 10, 30, 35, 36, 60, 65, 66, 1000);
    if (*rc::gen::inRange(0, 4) > 0)
        receipt.message_timestamp = noon + after_noon;
    return receipt;
}

OpenAttempt any_attempt_at_noon() {
    return {
        {4, 1},
        *rc::gen::element(OutboxState::unconfirmed, OutboxState::unconfirmed, OutboxState::sending),
        any_device(),
        noon,
        noon + *rc::gen::element(0, 30, 60)};
}

bool may_be_one_device(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() || a == b;
}

} // namespace

TEST_CASE(
    "whatever was sent, a reply is credited to no message after it and to none that another outdates") {
    rc::prop("", [] {
        const std::vector<SentMessage> messages = any_messages();
        const Match match = answer(reply_to(), messages, any_attempts());
        if (match.verdict != MatchVerdict::matched)
            return;
        const auto chosen =
            std::find_if(messages.begin(), messages.end(), [&](const SentMessage& m) {
                return m.key == match.key;
            });
        RC_ASSERT(chosen != messages.end());
        RC_ASSERT(chosen->sent_second <= noon);
        RC_ASSERT(noon - chosen->sent_second <= 7 * day);
        for (const SentMessage& other : messages)
            RC_ASSERT(other.sent_second > noon || other.sent_second <= chosen->sent_second);
    });
}

TEST_CASE("whatever is open, a reply waits exactly as long as something newer may be answered") {
    rc::prop("", [] {
        const std::vector<SentMessage> messages = any_messages();
        const std::vector<OpenAttempt> attempts = any_attempts();
        const Match settled = answer(reply_to(), messages, {});
        const Match match = answer(reply_to(), messages, attempts);
        std::int64_t credited_second = noon - 7 * day;
        for (const SentMessage& message : messages) {
            if (settled.verdict == MatchVerdict::matched && message.key == settled.key)
                credited_second = message.sent_second;
        }
        const bool newer_open =
            std::any_of(attempts.begin(), attempts.end(), [&](const OpenAttempt& attempt) {
                return attempt.state != OutboxState::queued &&
                       attempt.begun_second >= credited_second &&
                       attempt.begun_second <= noon + clock_slack_seconds;
            });
        RC_ASSERT(
            (match.verdict == MatchVerdict::waits) ==
            (newer_open || settled.verdict == MatchVerdict::waits));
    });
}

TEST_CASE("the order in which messages and attempts are looked at makes no difference") {
    rc::prop("", [] {
        std::vector<SentMessage> messages = any_messages();
        std::vector<OpenAttempt> attempts = any_attempts();
        const Match forwards = answer(reply_to(own_number), messages, attempts);
        std::reverse(messages.begin(), messages.end());
        std::reverse(attempts.begin(), attempts.end());
        const Match backwards = answer(reply_to(own_number), messages, attempts);
        RC_ASSERT(forwards.verdict == backwards.verdict);
        RC_ASSERT(forwards.key == backwards.key);
    });
}

TEST_CASE("a reply to a device whose number is known is as if the others had sent nothing") {
    rc::prop("", [] {
        const std::vector<SentMessage> messages = any_messages();
        const std::vector<OpenAttempt> attempts = any_attempts();
        std::vector<SentMessage> by_device;
        for (const SentMessage& message : messages) {
            if (may_be_one_device("5850", message.device))
                by_device.push_back(message);
        }
        std::vector<OpenAttempt> open_of_device;
        for (const OpenAttempt& attempt : attempts) {
            if (may_be_one_device("5850", attempt.device))
                open_of_device.push_back(attempt);
        }
        const Match of_all = answer(reply_to(own_number), messages, attempts);
        const Match of_device = answer(reply_to(), by_device, open_of_device);
        RC_ASSERT(of_all.verdict == of_device.verdict);
        RC_ASSERT(of_all.key == of_device.key);
    });
}

TEST_CASE("a receipt with an unknown id confirms an attempt exactly when all of it fits") {
    rc::prop("", [] {
        const StatusReceipt receipt = any_receipt();
        const OpenAttempt attempt = any_attempt_at_noon();
        const Match match = match_unknown_receipt(receipt, {attempt});
        const bool fits = attempt.state == OutboxState::unconfirmed && !receipt.phone.empty() &&
                          receipt.message_timestamp &&
                          may_be_one_device(receipt.device, attempt.device) &&
                          *receipt.message_timestamp >= attempt.begun_second - 5 &&
                          *receipt.message_timestamp <= attempt.ended_second + 5;
        RC_ASSERT((match.verdict == MatchVerdict::confirms) == fits);
        if (fits)
            RC_ASSERT(match.key == attempt.key);
        else
            RC_ASSERT(match.verdict == MatchVerdict::waits);
    });
}

TEST_CASE(
    "a receipt with an unknown id confirms nothing while another attempt to its phone is open") {
    rc::prop("", [] {
        std::vector<OpenAttempt> open = any_attempts();
        open.push_back(any_attempt_at_noon());
        open.push_back(any_attempt_at_noon());
        RC_ASSERT(match_unknown_receipt(any_receipt(), open).verdict == MatchVerdict::waits);
        RC_ASSERT(match_unknown_receipt(any_receipt(), {}).verdict == MatchVerdict::waits);
    });
}
