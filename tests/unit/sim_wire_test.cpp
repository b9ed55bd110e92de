#include "sim/settings.hpp"
#include "sim/wire.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <rapidcheck/catch.h>
#include <string>

namespace wire = blast::sim::wire;
using blast::WallTime;
using blast::sim::Draws;
using blast::sim::json_string;
using blast::sim::Message;
using blast::sim::MessageId;
using blast::test::Approx;
using nlohmann::json;

namespace {

WallTime at_second(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds)) + std::chrono::milliseconds(900);
}

Message message() {
    Message made;
    const std::string_view id = "3EB0WM0E1CBF027CFB3649";
    std::copy(id.begin(), id.end(), made.id.begin());
    made.phone = 60123456789;
    made.accepted = at_second(1634061784);
    return made;
}

} // namespace

TEST_CASE("a status document has the shape of the vendor's example") {
    const Message sent = message();
    const wire::MessageView view{sent, "5850", R"("Testing 123")"};
    const json document =
        json::parse(wire::status_document(view, R"("DELIVERY_ACK")", at_second(1634061785)));
    CHECK(document == json::parse(R"({
        "key":{"remoteJid":"60123456789@s.whatsapp.net","fromMe":true,"id":"3EB0WM0E1CBF027CFB3649"},
        "message":{"conversation":"Testing 123"},
        "messageTimestamp":"1634061784","status":"DELIVERY_ACK","messageC2STimestamp":"1634061785"})"));
    CHECK(json::parse(wire::wrapped(document.dump()))["data"] == document);

    const json pending = json::parse(wire::status_document(view, R"("PENDING")", sent.accepted));
    CHECK_FALSE(pending.contains("messageC2STimestamp"));
}

TEST_CASE("a receipt comes bare, under data, or flat") {
    const Message sent = message();
    const wire::MessageView view{sent, "5850", R"("Hi")"};
    const auto receipt = [&view](wire::ReceiptShape shape) {
        return json::parse(wire::receipt(view, shape, "READ_ACK", at_second(1634061790)));
    };
    CHECK(receipt(wire::ReceiptShape::bare)["key"]["id"] == "3EB0WM0E1CBF027CFB3649");
    CHECK(receipt(wire::ReceiptShape::bare)["status"] == "READ_ACK");
    CHECK(receipt(wire::ReceiptShape::under_data)["data"] == receipt(wire::ReceiptShape::bare));
    CHECK(
        receipt(wire::ReceiptShape::flat) == json{
                                                 {"messageId", "3EB0WM0E1CBF027CFB3649"},
                                                 {"status", "READ_ACK"},
                                                 {"messageC2STimestamp", "1634061790"}});
}

TEST_CASE("a reply has the shape of an incoming message, and no message id") {
    const Message sent = message();
    const json reply = json::parse(wire::incoming(
        {sent, "5850", R"("Hi")"}, "Ok terima kasih", "601140464720", at_second(1617690369)));
    CHECK(reply["type"] == "text");
    CHECK(reply["message"] == "Ok terima kasih");
    CHECK(reply["from"] == "60123456789@c.us");
    CHECK(reply["timestamp"] == 1617690369);
    CHECK(reply["dataReceiver"]["jid"] == "601140464720@s.whatsapp.net");
    CHECK_FALSE(reply.dump().find("3EB0") != std::string::npos);
}

TEST_CASE("the flat answer has the id beside it and no data") {
    const Message sent = message();
    const json answer = json::parse(wire::sent_flat({sent, "5850", R"("Hi")"}));
    CHECK(answer["messageId"] == "3EB0WM0E1CBF027CFB3649");
    CHECK(answer["id_device"] == "5850");
    CHECK(answer["jid"] == "60123456789@s.whatsapp.net");
    CHECK(answer["qt"] == 1634061784);
    CHECK_FALSE(answer.contains("data"));
}

TEST_CASE("an answer without an id is a success that names none") {
    const Message sent = message();
    const std::string answer = wire::sent_without_id({sent, "5850", R"("Hi")"});
    CHECK(json::parse(answer)["success"] == true);
    CHECK(answer.find("3EB0") == std::string::npos);
    CHECK(answer.find("\"id\"") == std::string::npos);
}

TEST_CASE("any text and device make valid JSON that says the same") {
    rc::prop(
        "any text and device make valid JSON",
        [](const std::string& text, const std::string& device) {
            const Message sent = message();
            const std::string quoted = json_string(text);
            const wire::MessageView view{sent, device, quoted};
            const json readable_text = json::parse(quoted);
            RC_ASSERT(
                json::parse(
                    wire::sent(view, "secret"))["data"]["message"]["extendedTextMessage"]["text"] ==
                readable_text);
            RC_ASSERT(json::parse(wire::sent_flat(view))["message"] == readable_text);
            RC_ASSERT(
                json::parse(wire::incoming(view, text, "60", sent.accepted))["message"] ==
                readable_text);
        });
}

TEST_CASE("replies ask for no more messages in the share that was asked for") {
    const Draws draws(1);
    int opt_outs = 0;
    for (std::uint64_t ordinal = 0; ordinal < 10'000; ++ordinal) {
        const std::string text(wire::reply_text(draws, ordinal, 0.25));
        const bool opts_out =
            text == "STOP" || text == "Berhenti" || text == "stop." || text == "UNSUBSCRIBE";
        opt_outs += opts_out ? 1 : 0;
    }
    CHECK(opt_outs == Approx(2'500).margin(200));
}

TEST_CASE("a device's own number is the given one, else one of its own that stays the same") {
    const blast::sim::Account account{{}, {{"5850", "601140464720"}, {"5851", ""}}};
    CHECK(account.own_number("5850") == "601140464720");
    CHECK(account.own_number("5851") == account.own_number("5851"));
    CHECK(account.own_number("5851") != account.own_number("5852"));
    CHECK(account.own_number("5851").size() == 12);
    CHECK(account.knows("5851"));
    CHECK_FALSE(account.knows("5852"));
    CHECK(blast::sim::Account{}.knows("anything"));
}
