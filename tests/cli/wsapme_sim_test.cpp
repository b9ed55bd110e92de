#include "support/http_client.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>

using blast::test::HttpAnswer;
using blast::test::HttpClient;
using blast::test::Simulator;
using nlohmann::json;

namespace {

json message_to(const std::string& phone, const std::string& text = "Hi") {
    return {{"device", "5850"}, {"to", phone}, {"message", text}};
}

json status_request(const std::string& id) {
    return {{"device", "5850"}, {"messageId", id}};
}

std::string send_one(const Simulator& sim, const std::string& phone = "+60123456789") {
    const HttpAnswer answer = sim.post("/v1/sendMessage2", message_to(phone));
    return json::parse(answer.body)["data"]["key"]["id"];
}

} // namespace

TEST_CASE("wsapme-sim accepts a message, journals it and answers as the gateway does") {
    const Simulator sim;
    const HttpAnswer answer =
        sim.post("/v1/sendMessage2", message_to("+60123456789", "Hi \"Siti\" 😊\n"));
    CHECK(answer.status == 200);
    const json body = json::parse(answer.body);
    CHECK(body["success"] == true);
    CHECK(body["message"] == "Sent Successfully");
    CHECK(body["data"]["key"]["remoteJid"] == "60123456789@s.whatsapp.net");
    CHECK(body["data"]["key"]["fromMe"] == true);
    CHECK(body["data"]["message"]["extendedTextMessage"]["text"] == "Hi \"Siti\" 😊\n");
    CHECK(body["data"]["messageTimestamp"].is_string());
    CHECK(body["data"]["status"] == "PENDING");
    const std::string id = body["data"]["key"]["id"];
    CHECK(id.size() == 22);
    CHECK(id.substr(0, 4) == "3EB0");
    CHECK(id.find_first_not_of("0123456789ABCDEF") == std::string::npos);

    const auto journal = sim.journal();
    REQUIRE(journal.size() == 1);
    CHECK(journal[0].to == "+60123456789");
    CHECK(journal[0].id == id);
    CHECK(journal[0].text == "Hi \"Siti\" 😊\n");
    CHECK(journal[0].device == "5850");
    CHECK(
        std::to_string(static_cast<long long>(journal[0].time)) ==
        body["data"]["messageTimestamp"]);
}

TEST_CASE("wsapme-sim refuses a wrong token with 401 and accepts nothing for it") {
    const Simulator sim({"--token", "right"});
    const HttpAnswer missing = sim.post("/v1/sendMessage2", message_to("+60123456789"));
    CHECK(missing.status == 401);
    CHECK(json::parse(missing.body) == json{{"success", false}, {"message", "Unauthorised Token"}});
    CHECK(sim.post("/v1/info", {{"device", "5850"}}, {{"x-wsapme-token", "wrong"}}).status == 401);
    CHECK(
        sim.post("/v1/sendMessage2", message_to("+60123456789"), {{"X-WSAPME-Token", "right"}})
            .status == 200);
    CHECK(sim.accepted() == 1);
}

TEST_CASE(
    "wsapme-sim tells the status of its messages, also after a restart with the same journal") {
    Simulator sim({"--speed", "1000000", "--delivered", "1", "--read", "1", "--replied", "0"});
    const std::string id = send_one(sim);
    const auto status = [&sim, &id] {
        return json::parse(sim.post("/v1/getMessageStatus", status_request(id)).body);
    };
    blast::test::wait_until(
        "the message to be read", [&] { return status()["data"]["status"] == "READ_ACK"; });
    CHECK(status()["success"] == true);
    CHECK(status()["data"]["key"]["id"] == id);
    CHECK(status()["data"]["messageC2STimestamp"].is_string());

    sim.kill();
    sim.start();
    CHECK(status()["data"]["status"] == "READ_ACK");
    CHECK(sim.stats()["restored"] == 1);

    const json unknown =
        json::parse(sim.post("/v1/getMessageStatus", status_request("3EB0WM0ABC123")).body);
    CHECK(
        unknown == json{{"success", false}, {"message", "messageInfo "}, {"data", json::object()}});
}
