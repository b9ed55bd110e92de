// Whatever a webhook brings: it becomes events that can be stored and matched, and an event that waits and is read again
// from what was stored is the same event.
#include "blast/gateway/webhook_event.hpp"
#include "blast/gateway/wire_json.hpp"

#include "fuzz/property.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace blast;
using fuzz::is_clean;
using fuzz::require;

namespace {

void check_phone(const std::string& phone) {
    require(phone.empty() || fuzz::is_e164(phone), "a phone is E.164, or none");
}

void check(const StatusReceipt& receipt) {
    require(
        !receipt.message_id.empty() && is_clean(receipt.message_id, 256), "a receipt has an id");
    require(!receipt.status.empty() && is_clean(receipt.status, 100), "a receipt has a status");
    require(is_clean(receipt.device, 256), "a device can be stored");
    require(is_clean(receipt.reason, 500), "a reason can be stored");
    require(fuzz::is_plausible(receipt.message_timestamp), "a message's time is plausible");
    require(fuzz::is_plausible(receipt.c2s_timestamp), "a receipt's time is plausible");
    check_phone(receipt.phone);
}

void check(const IncomingMessage& message) {
    require(!message.phone.empty(), "a message has a sender");
    check_phone(message.phone);
    check_phone(message.receiver);
    require(is_clean(message.text, webhook_body_limit), "a message's text can be stored");
    require(fuzz::is_plausible(message.at), "a message's time is plausible");
}

void check(const UnmatchableEvent& event) {
    require(!event.reason.empty() && is_clean(event.reason, 200), "what is kept says why");
}

bool same(const StatusReceipt& a, const StatusReceipt& b) {
    return a.message_id == b.message_id && a.status == b.status && a.phone == b.phone &&
           a.device == b.device && a.message_timestamp == b.message_timestamp &&
           a.c2s_timestamp == b.c2s_timestamp && a.reason == b.reason;
}

bool same(const IncomingMessage& a, const IncomingMessage& b) {
    return a.phone == b.phone && a.receiver == b.receiver && a.text == b.text && a.at == b.at;
}

bool same(const UnmatchableEvent&, const UnmatchableEvent&) {
    return true; // it is not read again, and "longer than 64 KiB" is not so any more
}

void check_stored(const InboxEvent& event) {
    require(is_clean(event.body, webhook_body_limit), "a body can be stored");
    const std::string data = webhook_jsonb(event.body);
    require(data.empty() || parse_bounded(data), "jsonb takes what is JSON");
    const std::vector<InboxEvent> again = read_webhook(event.body);
    if (std::holds_alternative<UnmatchableEvent>(event.content))
        return;
    require(again.size() == 1 && again[0].body == event.body, "a stored event is one event");
    require(again[0].content.index() == event.content.index(), "a stored event keeps its kind");
    std::visit(
        [&](const auto& content) {
            using Content = std::decay_t<decltype(content)>;
            require(
                same(content, std::get<Content>(again[0].content)),
                "a stored event says what it said");
        },
        event.content);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<InboxEvent> events =
        read_webhook({reinterpret_cast<const char*>(data), size});
    require(!events.empty() && events.size() <= 1000, "a body is at least one event");
    for (const InboxEvent& event : events) {
        std::visit([](const auto& content) { check(content); }, event.content);
        check_stored(event);
    }
    return 0;
}
