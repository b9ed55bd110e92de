#include "blast/gateway/send_answer.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <string>

using namespace blast;

namespace {

SendAnswer read(const std::string& body) {
    HttpAnswer http;
    http.transport = Transport::answered;
    http.status = 200;
    http.body = body;
    return read_send_answer(http);
}

std::optional<std::set<std::string>> devices_in(const std::string& data) {
    HttpAnswer http;
    http.transport = Transport::answered;
    http.status = 200;
    http.body = R"({"success":true,"data":)" + data + '}';
    return listed_devices(http);
}

} // namespace

TEST_CASE("devices are listed by their ids, and any other shape lists nothing") {
    const std::optional listed = std::set<std::string>{"5850", "5851"};
    CHECK(devices_in(R"(["5850",5851])") == listed);
    CHECK(devices_in(R"([{"id":"5850","name":"Ali"},{"id":5851}])") == listed);
    for (const char* const data :
         {"[]", "{}", R"("5850")", "null", R"([{"device":"5850"}])", R"(["5850",{"name":"Ali"}])",
          "[-1]", "[[5850]]"})
        CHECK(devices_in(data) == std::nullopt);
}

TEST_CASE("an acceptance is read whole, with its data") {
    const std::string data =
        R"({"key":{"remoteJid":"60123456789@s.whatsapp.net","fromMe":true,"id":"3EB0A"},)"
        R"("message":{"text":"id","key":{"id":"no"}},"list":[{"key":{"id":"no"}}],"messageTimestamp":"1700000000"})";
    const SendAnswer answer = read(
        R"({"success":true, "message":"Sent é", "data": )" + data + R"( , "messageId":"flat"})");
    CHECK(answer.is_json);
    CHECK(answer.success == std::optional(true));
    CHECK(answer.words == "Sent é");
    CHECK(answer.message_id == "3EB0A");
    CHECK(answer.remote_jid == "60123456789@s.whatsapp.net");
    CHECK(answer.message_timestamp == std::optional<std::int64_t>(1'700'000'000));
    CHECK(nlohmann::json::parse(answer.data) == nlohmann::json::parse(data));
}

TEST_CASE("a message id beside the data counts where the data has none") {
    CHECK(read(R"({"messageId":"flat","data":{"key":{}}})").message_id == "flat");
    CHECK(read(R"({"messageId":"flat","data":[{"key":{"id":"x"}}]})").message_id == "flat");
    CHECK(read(R"({"data":{"key":{"id":7}}})").message_id.empty());
    CHECK(read(R"({"key":{"id":"x"},"x":{"key":{"id":"x"}}})").message_id.empty());
}

TEST_CASE("of members that come twice the last counts, with all that is in it") {
    const SendAnswer answer = read(
        R"({"success":true,"message":"one","message":2,"data":{"key":{"id":"a","remoteJid":"b"},)"
        R"("messageTimestamp":1700000000},"data":{"key":{"id":"c"}},"success":"yes"})");
    CHECK(answer.words.empty());
    CHECK(answer.message_id == "c");
    CHECK(answer.remote_jid.empty());
    CHECK_FALSE(answer.message_timestamp);
    CHECK_FALSE(answer.success);
    CHECK(answer.data == R"({"key":{"id":"c"}})");
    CHECK(read(R"({"data":{"key":{"id":"a"}},"data":null})").message_id.empty());
    CHECK(read(R"({"data":{"key":{"id":"a"}},"data":null})").data.empty());
}

TEST_CASE("what is not one JSON object says nothing") {
    const std::string whole = R"({"success":true,"data":{"key":{"id":"a"}}})";
    REQUIRE(read(whole).message_id == "a");
    const std::string deep =
        R"({"data":{"key":{"id":"a"}},"x":)" + std::string(65, '[') + std::string(65, ']') + "}";
    for (const std::string& body :
         {whole + "x", whole.substr(0, whole.size() - 1), "[" + whole + "]", std::string("\"id\""),
          std::string(), std::string("<html>"), deep,
          R"({"data":{"key":{"id":"a"}},"x":"\xff"})" + std::string(),
          std::string("{\"data\":{\"key\":{\"id\":\"a\"}},\"x\":\"\xFF\"}")}) {
        CAPTURE(body);
        const SendAnswer answer = read(body);
        CHECK_FALSE(answer.is_json);
        CHECK_FALSE(answer.success);
        CHECK(answer.message_id.empty());
        CHECK(answer.data.empty());
    }
}

TEST_CASE("data that jsonb cannot hold is cleaned, and too much of it is left out") {
    const SendAnswer answer =
        read(R"({"message":"a\u0000b","data":{"key":{"id":"x\u0000y"},"n\u0000":"\u0000"}})");
    CHECK(answer.words == "ab");
    CHECK(answer.message_id == "xy");
    CHECK(
        nlohmann::json::parse(answer.data) ==
        nlohmann::json::parse(R"({"key":{"id":"xy"},"n":""})"));
    const std::string blanks(70'000, ' ');
    CHECK(read(R"({"data":{)" + blanks + R"("a":1}})").data == R"({"a":1})");
    CHECK(read(R"({"data":{"a":")" + std::string(70'000, 'a') + R"("}})").data.empty());
    CHECK(read(R"({"message":")" + std::string(700, 'a') + R"("})").words.size() == 500);
}

TEST_CASE("a message's body is JSON whatever the message holds") {
    const std::string message = "a \"quote\", a \\, a\nline, \x01 and é";
    const auto body = nlohmann::json::parse(send_request_body("5850", "+60123456789", message));
    CHECK(body == nlohmann::json{{"device", "5850"}, {"to", "+60123456789"}, {"message", message}});
}
