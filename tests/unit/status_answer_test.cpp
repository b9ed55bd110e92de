#include "blast/gateway/status_answer.hpp"

#include "blast/gateway/http_engine.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace blast;
using Kind = StatusAnswer::Kind;

namespace {

StatusAnswer read(const std::string& body, long http_status = 200) {
    HttpAnswer answer;
    answer.transport = Transport::answered;
    answer.status = http_status;
    answer.body = body;
    return read_status_answer(answer);
}

} // namespace

TEST_CASE("the vendor's example is understood bare and wrapped") {
    const std::string example =
        R"({"key":{"remoteJid":"60123456789@s.whatsapp.net","fromMe":true,"id":"WMAPI01D888T1634061784"},)"
        R"("message":{"conversation":"Testing 123"},)"
        R"("messageTimestamp":"1634061784","status":"DELIVERY_ACK","messageC2STimestamp":"1634061785"})";
    for (const std::string& body : {example, R"({"success":true,"data":)" + example + "}"}) {
        const StatusAnswer answer = read(body);
        CHECK(answer.kind == Kind::status);
        CHECK(answer.status == "DELIVERY_ACK");
        CHECK(answer.c2s_timestamp == 1634061785);
        CHECK(answer.words.empty());
    }
}

TEST_CASE("a status is looked for at data.status, then status, then messageStatus") {
    CHECK(read(R"({"status":"success","data":{"status":"READ"}})").status == "READ");
    CHECK(read(R"({"status":"READ_ACK","messageStatus":"PENDING"})").status == "READ_ACK");
    CHECK(read(R"({"messageStatus":"PLAYED"})").status == "PLAYED");
    CHECK(read(R"({"status":true,"messageStatus":"PENDING"})").status == "PENDING");
    CHECK(read(R"({"data":{"status":3},"messageStatus":"SERVER_ACK"})").status == "SERVER_ACK");
}

TEST_CASE("times beside a status come as a string or a number") {
    CHECK(
        read(R"({"status":"READ","messageC2STimestamp":1634061785})").c2s_timestamp == 1634061785);
    CHECK(
        read(R"({"data":{"status":"READ"},"messageC2STimestamp":"1634061785"})").c2s_timestamp ==
        1634061785);
    CHECK(read(R"({"status":"READ","messageC2STimestamp":"soon"})").c2s_timestamp == std::nullopt);
}

TEST_CASE("what tells no status is a fault, whatever it is") {
    for (const char* body :
         {"", "<html><body>502</body></html>", "garbage", "[]", "null", "\"READ_ACK\"", "3", "{}",
          R"({"status":true})", R"({"status":3})", R"({"success":true,"data":{"status":null}})",
          R"({"data":[{"status":"READ"}]})", R"({"success":false,"status":"READ_ACK"})",
          R"({"success":false,"message":"Device offline","data":{}})"}) {
        CAPTURE(body);
        CHECK(read(body).kind == Kind::fault);
    }
}

TEST_CASE("an HTTP error tells no status, even with one in its body") {
    for (const long status : {302L, 404L, 429L, 500L, 502L, 503L})
        CHECK(read(R"({"status":"READ_ACK"})", status).kind == Kind::fault);
    CHECK(read("", 503).words == "HTTP 503");
}

TEST_CASE("a refused token is told apart by its HTTP status and by its words") {
    CHECK(read("", 401).kind == Kind::token_refused);
    CHECK(read(R"({"success":false,"message":"Unauthorised Token"})").kind == Kind::token_refused);
    CHECK(
        read(R"({"success":false,"message":"Unauthorised Token"})", 403).kind ==
        Kind::token_refused);
}

TEST_CASE("a message that the gateway does not know yet is no fault") {
    CHECK(
        read(R"({"success":false,"message":"messageInfo ","data":{}})").kind ==
        Kind::unknown_message);
}

TEST_CASE("ERROR comes with the gateway's reason where it gives one") {
    const StatusAnswer answer = read(R"({"data":{"status":"ERROR","reason":"not on WhatsApp"}})");
    CHECK(answer.status == "ERROR");
    CHECK(answer.words == "not on WhatsApp");
}

TEST_CASE("an unknown status is kept as it is, up to 100 bytes") {
    CHECK(read(R"({"status":"TELEPATHY_ACK"})").status == "TELEPATHY_ACK");
    CHECK(read(R"({"status":")" + std::string(5000, 'x') + R"("})").status.size() == 100);
}

TEST_CASE("without an answer libcurl's words are the fault's") {
    HttpAnswer answer;
    answer.transport = Transport::timed_out;
    answer.failure = "Operation timed out";
    CHECK(read_status_answer(answer).kind == Kind::fault);
    CHECK(read_status_answer(answer).words == "Operation timed out");
    answer.transport = Transport::untrusted;
    CHECK(read_status_answer(answer).kind == Kind::untrusted);
}

TEST_CASE("the question is JSON with the device as a string") {
    CHECK(
        nlohmann::json::parse(status_question("5850", "3EB0\"")) ==
        nlohmann::json{{"device", "5850"}, {"messageId", "3EB0\""}});
}
