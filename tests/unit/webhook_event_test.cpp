#include "blast/gateway/webhook_event.hpp"

#include "support/catch.hpp"

#include <string>

using namespace blast;

namespace {

InboxEvent single(const std::string& body) {
    std::vector<InboxEvent> events = read_webhook(body);
    REQUIRE(events.size() == 1);
    return events.front();
}

StatusReceipt receipt(const std::string& body) {
    const InboxEvent event = single(body);
    CAPTURE(body);
    REQUIRE(std::holds_alternative<StatusReceipt>(event.content));
    CHECK(event.body == body);
    return std::get<StatusReceipt>(event.content);
}

IncomingMessage message(const std::string& body) {
    const InboxEvent event = single(body);
    CAPTURE(body);
    REQUIRE(std::holds_alternative<IncomingMessage>(event.content));
    CHECK(event.body == body);
    return std::get<IncomingMessage>(event.content);
}

UnmatchableEvent unmatchable(const std::string& body) {
    const InboxEvent event = single(body);
    CAPTURE(body);
    REQUIRE(std::holds_alternative<UnmatchableEvent>(event.content));
    return std::get<UnmatchableEvent>(event.content);
}

const std::string document =
    R"({"key":{"remoteJid":"60123456789@s.whatsapp.net","fromMe":true,"id":"3EB0"},)"
    R"("message":{"conversation":"Testing 123"},"messageTimestamp":"1634061784","status":"DELIVERY_ACK",)"
    R"("messageC2STimestamp":"1634061785"})";

} // namespace

TEST_CASE("a status change is understood bare, under data and flat") {
    for (const std::string& body : {document, R"({"data":)" + document + "}"}) {
        const StatusReceipt told = receipt(body);
        CHECK(told.message_id == "3EB0");
        CHECK(told.status == "DELIVERY_ACK");
        CHECK(told.phone == "+60123456789");
        CHECK(told.message_timestamp == 1634061784);
        CHECK(told.c2s_timestamp == 1634061785);
        CHECK(told.device.empty());
    }
    const StatusReceipt flat =
        receipt(R"({"messageId":"3EB0","status":"READ_ACK","messageC2STimestamp":1634061785})");
    CHECK(flat.message_id == "3EB0");
    CHECK(flat.status == "READ_ACK");
    CHECK(flat.phone.empty());
    CHECK(flat.message_timestamp == std::nullopt);
    CHECK(flat.c2s_timestamp == 1634061785);
}

TEST_CASE("a receipt names its device as a string or as a number") {
    CHECK(receipt(R"({"messageId":"a","status":"READ","id_device":"5850"})").device == "5850");
    CHECK(receipt(R"({"messageId":"a","status":"READ","device":5850})").device == "5850");
}

TEST_CASE("the status of what a person wrote to us names no recipient") {
    CHECK(receipt(
              R"({"key":{"remoteJid":"60123456789@c.us","fromMe":false,"id":"a"},"status":"READ"})")
              .phone.empty());
}

TEST_CASE("a receipt under a hidden number still has its message id") {
    const StatusReceipt told =
        receipt(R"({"key":{"remoteJid":"77abc@lid","id":"a"},"status":"READ"})");
    CHECK(told.message_id == "a");
    CHECK(told.phone.empty());
}

TEST_CASE("the vendor's incoming message is understood") {
    const IncomingMessage told = message(
        R"({"type":"text","message":"Hello","file":"","from":"601133428730@c.us","timestamp":1617690369,)"
        R"("is_forwarded":false,"is_broadcast":false,"dataSender":"","dataReceiver":)"
        R"({"jid":"601140464720@s.whatsapp.net","name":"Wsapme Demo","phone":{},"imgUrl":""}})");
    CHECK(told.phone == "+601133428730");
    CHECK(told.receiver == "+601140464720");
    CHECK(told.text == "Hello");
    CHECK(told.at == 1617690369);
}

TEST_CASE("a message without text says what it is instead") {
    CHECK(
        message(R"({"type":"image","message":"","from":"60123456789@s.whatsapp.net"})").text ==
        "[image]");
    CHECK(message(R"({"type":"text","message":"","from":"60123456789@s.whatsapp.net"})")
              .text.empty());
}

TEST_CASE("groups and hidden numbers are kept with the reason") {
    CHECK(unmatchable(R"({"message":"hi","from":"120363@g.us"})").kind == EventKind::message);
    CHECK(
        unmatchable(R"({"message":"hi","from":"120363@g.us"})").reason.find("group") !=
        std::string::npos);
    CHECK(
        unmatchable(R"({"message":"hi","from":"8812@lid"})").reason.find("@lid") !=
        std::string::npos);
    CHECK(
        unmatchable(R"({"key":{"remoteJid":"120363@g.us","id":"a"},"status":"READ"})").kind ==
        EventKind::status);
    CHECK(
        unmatchable(R"({"message":"hi","from":"60123456789@c.us","fromMe":true})").kind ==
        EventKind::message);
}

TEST_CASE("whatever is not understood is kept as unknown") {
    for (const char* body :
         {"", "garbage", "{", "[]", "[1,2]", "null", "true", "{}",
          R"({"status":true,"messageId":"a"})", R"({"messageId":"a"})", R"({"status":"READ"})",
          R"({"from":"60123456789@c.us"})", R"({"from":17,"message":"hi"})",
          R"({"message":"hi","from":"nobody"})", "a=b&c=d", "=&=&="}) {
        CAPTURE(body);
        const EventKind kind = unmatchable(body).kind;
        CHECK(
            (kind == EventKind::unknown || std::string(body).find("nobody") != std::string::npos));
        CHECK_FALSE(unmatchable(body).reason.empty());
        CHECK(single(body).body == body);
    }
}

TEST_CASE("a form stands for the same document as JSON") {
    const StatusReceipt nested = receipt(
        "key%5Bid%5D=3EB0&key%5BremoteJid%5D=60123456789%40s.whatsapp.net&status=READ_ACK&messageTimestamp=1634061784");
    CHECK(nested.message_id == "3EB0");
    CHECK(nested.phone == "+60123456789");
    CHECK(nested.message_timestamp == 1634061784);
    CHECK(receipt("messageId=3EB0&status=READ").message_id == "3EB0");
    CHECK(
        receipt("data=%7B%22messageId%22%3A%22x%22%2C%22status%22%3A%22READ%22%7D").message_id ==
        "x");
    const IncomingMessage told = message(
        "type=text&message=Nak+order+2&from=60123456789%40c.us&timestamp=1617690369&dataReceiver[jid]=601140464720@c.us");
    CHECK(told.text == "Nak order 2");
    CHECK(told.at == 1617690369);
    CHECK(told.receiver == "+601140464720");
}

TEST_CASE("an array is several events, each with its own body") {
    const std::vector<InboxEvent> events =
        read_webhook(R"([{"messageId":"a","status":"READ"},{"odd":1}])");
    REQUIRE(events.size() == 2);
    CHECK(kind_of(events[0]) == EventKind::status);
    CHECK(kind_of(events[1]) == EventKind::unknown);
    CHECK(events[0].body == R"({"messageId":"a","status":"READ"})");
    CHECK(events[1].body == R"({"odd":1})");
}

TEST_CASE("what is kept of an event is what was read of it: it is read again when it has waited") {
    // Bytes that are no text: a NUL in a form, Latin-1 in JSON.
    for (const std::string& body :
         {std::string("messageId=a\0b&status=READ", 25),
          std::string("{\"messageId\":\"caf\xE9\",\"status\":\"READ\"}")}) {
        const InboxEvent event = single(body);
        REQUIRE(std::holds_alternative<StatusReceipt>(event.content));
        CHECK(receipt(event.body).message_id == std::get<StatusReceipt>(event.content).message_id);
    }
    // Written out again, 1e14 is 100000000000000.0: this element needs more than 64 KiB.
    std::string grows = R"([{"messageId":"a","status":"READ","x":[1)";
    for (int i = 0; i < 6'000; ++i)
        grows += ",1e14";
    CHECK(unmatchable(grows + "]}]").reason.find("64 KiB") != std::string::npos);
}

TEST_CASE("no body can hurt: depth, size, NUL and bytes that are not UTF-8") {
    CHECK(unmatchable(std::string(60'000, '[')).kind == EventKind::unknown);
    CHECK(unmatchable(std::string(100'000, 'x')).reason.find("64 KiB") != std::string::npos);
    CHECK(single(std::string(100'000, 'x')).body.size() == webhook_body_limit);
    CHECK(
        single(std::string("a\0b", 3)).body == "a\xEF\xBF\xBD"
                                               "b");
    const IncomingMessage told = message(R"({"message":"a\u0000b","from":"60123456789@c.us"})");
    CHECK(told.text == "ab");
    std::string brackets = "k";
    for (int i = 0; i < 5000; ++i)
        brackets += "[a]";
    CHECK(unmatchable(brackets + "=1").kind == EventKind::unknown);
}
