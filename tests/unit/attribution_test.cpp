#include "blast/domain/attribution.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace blast;

namespace {

constexpr std::int64_t noon = 1'768'716'000;
constexpr std::int64_t day = 86'400;

IncomingMessage reply_to(const std::string& receiver = "") {
    return {"+60123456789", receiver, "hi", std::nullopt};
}

SentMessage sent(std::int64_t blast, std::int64_t at, const std::string& device = "5850") {
    return {{blast, 1}, "id" + std::to_string(blast), device, at};
}

OpenAttempt open(
    std::int64_t blast,
    std::int64_t begun,
    OutboxState state = OutboxState::unconfirmed,
    const std::string& device = "5850") {
    return {{blast, 1}, state, device, begun, begun + 55};
}

StatusReceipt receipt_of(std::int64_t at) {
    StatusReceipt receipt;
    receipt.message_id = "unknown";
    receipt.status = "DELIVERY_ACK";
    receipt.phone = "+60123456789";
    receipt.message_timestamp = at;
    return receipt;
}

Match answer(
    const IncomingMessage& reply,
    std::int64_t at,
    const std::vector<SentMessage>& messages,
    const std::vector<OpenAttempt>& attempts,
    const AttributionRules& rules) {
    return match_reply(reply_scope(reply, at, rules), messages, attempts);
}

std::int64_t credited(const Match& match) {
    return match.verdict == MatchVerdict::matched ? match.key.blast_id : 0;
}

} // namespace

TEST_CASE("a reply is credited to the latest message before it") {
    const std::vector<SentMessage> messages{
        sent(1, noon - 3 * day), sent(3, noon + 10), sent(2, noon - day)};
    CHECK(credited(answer(reply_to(), noon, messages, {}, {})) == 2);
    CHECK(credited(answer(reply_to(), noon + 10, messages, {}, {})) == 3);
}

TEST_CASE("the same second counts as before, a second later does not") {
    CHECK(credited(answer(reply_to(), noon, {sent(1, noon)}, {}, {})) == 1);
    CHECK(answer(reply_to(), noon, {sent(1, noon + 1)}, {}, {}).verdict == MatchVerdict::waits);
}

TEST_CASE("a message is credited for as long as the attribution window, to the second") {
    CHECK(credited(answer(reply_to(), noon, {sent(1, noon - 7 * day)}, {}, {})) == 1);
    CHECK(credited(answer(reply_to(), noon, {sent(1, noon - 7 * day - 1)}, {}, {})) == 0);
    AttributionRules rules;
    rules.window = std::chrono::hours(1);
    CHECK(credited(answer(reply_to(), noon, {sent(1, noon - 3601)}, {}, rules)) == 0);
}

TEST_CASE("of two messages in one second the later blast's is credited") {
    CHECK(credited(answer(reply_to(), noon, {sent(2, noon - 5), sent(1, noon - 5)}, {}, {})) == 2);
}

TEST_CASE("a reply to a device whose number is known answers that device's message") {
    AttributionRules rules;
    rules.device_of_number = {{"+601140464720", "5850"}};
    const std::vector<SentMessage> messages{
        sent(1, noon - 100, "5850"), sent(2, noon - 50, "5851")};
    CHECK(credited(answer(reply_to("+601140464720"), noon, messages, {}, rules)) == 1);
    CHECK(credited(answer(reply_to("+60199999999"), noon, messages, {}, rules)) == 2);
    CHECK(credited(answer(reply_to(), noon, messages, {}, rules)) == 2);
    CHECK(
        credited(
            answer(reply_to("+601140464720"), noon, {sent(2, noon - 50, "5851")}, {}, rules)) == 0);
}

TEST_CASE("a reply waits while a newer message may be on its way") {
    const std::vector<SentMessage> messages{sent(1, noon - day)};
    for (const OutboxState state : {OutboxState::sending, OutboxState::unconfirmed}) {
        CHECK(
            answer(reply_to(), noon, messages, {open(2, noon - 60, state)}, {}).verdict ==
            MatchVerdict::waits);
        CHECK(
            answer(reply_to(), noon, {}, {open(2, noon - 60, state)}, {}).verdict ==
            MatchVerdict::waits);
    }
}

TEST_CASE("a reply does not wait for what it cannot answer") {
    const std::vector<SentMessage> messages{sent(5, noon - 100)};
    const auto credit = [&](const OpenAttempt& attempt) {
        AttributionRules rules;
        rules.device_of_number = {{"+601140464720", "5850"}};
        return credited(answer(reply_to("+601140464720"), noon, messages, {attempt}, rules));
    };
    CHECK(credit(open(6, noon - 200)) == 5);                     // older than what is credited
    CHECK(credit(open(6, noon + 60)) == 5);                      // begun after the reply
    CHECK(credit(open(6, noon - 10, OutboxState::queued)) == 5); // proven unsent
    CHECK(credit(open(6, noon - 10, OutboxState::unconfirmed, "5851")) == 5); // by another device
    CHECK(credit(open(6, noon - 10)) == 0);
    CHECK(credit(open(6, noon + 5)) == 0); // the two clocks may differ
}

TEST_CASE("a receipt with an unknown id confirms the only open attempt to its phone, in its time") {
    const Match match = match_unknown_receipt(receipt_of(noon + 3), {open(4, noon)});
    CHECK(match.verdict == MatchVerdict::confirms);
    CHECK(match.key == RecipientKey{4, 1});
    CHECK(
        match_unknown_receipt(receipt_of(noon - 5), {open(4, noon)}).verdict ==
        MatchVerdict::confirms);
    CHECK(
        match_unknown_receipt(receipt_of(noon + 60), {open(4, noon)}).verdict ==
        MatchVerdict::confirms);
}

TEST_CASE("a receipt with an unknown id confirms nothing in doubt") {
    const auto waits = [](const StatusReceipt& receipt, const std::vector<OpenAttempt>& attempts) {
        return match_unknown_receipt(receipt, attempts).verdict == MatchVerdict::waits;
    };
    CHECK(waits(receipt_of(noon), {}));
    CHECK(waits(receipt_of(noon - 6), {open(4, noon)}));
    CHECK(waits(receipt_of(noon + 61), {open(4, noon)}));
    CHECK(waits(receipt_of(noon), {open(4, noon), open(5, noon)}));
    CHECK(waits(receipt_of(noon), {open(4, noon), open(5, noon, OutboxState::sending)}));
    CHECK(waits(receipt_of(noon), {open(4, noon, OutboxState::sending)})); // the living sender's
    StatusReceipt receipt = receipt_of(noon);
    receipt.device = "5851";
    CHECK(waits(receipt, {open(4, noon)}));
    receipt.device = "5850";
    CHECK_FALSE(waits(receipt, {open(4, noon)}));
    receipt.phone.clear();
    CHECK(waits(receipt, {open(4, noon)}));
    receipt = receipt_of(noon);
    receipt.message_timestamp.reset();
    CHECK(waits(receipt, {open(4, noon)}));
}
