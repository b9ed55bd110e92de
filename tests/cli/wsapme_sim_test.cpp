#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/simulator.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

using blast::test::Contains;
using blast::test::HttpAnswer;
using blast::test::HttpClient;
using blast::test::Process;
using blast::test::read_file;
using blast::test::Simulator;
using blast::test::wait_until;
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
        body["data"]["messageTimestamp"].get<std::string>());
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
    wait_until("the message to be read", [&] { return status()["data"]["status"] == "READ_ACK"; });
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

TEST_CASE("wsapme-sim takes over a journal whose last line was torn") {
    Simulator sim;
    const std::string id = send_one(sim);
    sim.kill();
    std::ofstream(sim.journal_path(), std::ios::app) << R"({"time":1768716040.1,"to":"+601)";
    sim.start();
    CHECK(
        json::parse(sim.post("/v1/getMessageStatus", status_request(id)).body)["success"] == true);
    send_one(sim, "+60123456780");
    const std::string lines = read_file(sim.journal_path());
    CHECK_THAT(lines, Contains("\"to\":\"+601\n{\"time\""));
    CHECK(sim.stats()["restored"] == 1);
    CHECK(sim.stats()["accepted"] == 1);
}

TEST_CASE("wsapme-sim never gives an id twice, nor two runs with the same seed the same") {
    std::set<std::string> ids;
    for (int run = 0; run < 2; ++run) {
        const Simulator sim({"--seed", "42"});
        for (int i = 0; i < 100; ++i)
            ids.insert(send_one(sim));
    }
    CHECK(ids.size() == 200);
}

TEST_CASE("wsapme-sim refuses requests that are not in order, and accepts nothing for them") {
    const Simulator sim({"--device", "5850", "--device", "5851"});
    const json request = GENERATE(
        json{{"to", "+60123456789"}, {"message", "Hi"}},
        json{{"device", 5850}, {"to", "+60123456789"}, {"message", "Hi"}},
        json{{"device", "5852"}, {"to", "+60123456789"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", "0123456789"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", "+6012"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", "+6012345678901234"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", "+60 12 345 6789"}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", 60123456789}, {"message", "Hi"}},
        json{{"device", "5850"}, {"to", "+60123456789"}},
        json{{"device", "5850"}, {"to", "+60123456789"}, {"message", ""}},
        json{{"device", "5850"}, {"to", "+60123456789"}, {"message", json::array()}},
        json::object());
    CAPTURE(request.dump());
    const HttpAnswer answer = sim.post("/v1/sendMessage2", request);
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body)["success"] == false);
    CHECK(sim.accepted() == 0);
}

TEST_CASE("wsapme-sim answers bodies that are no JSON object with 400") {
    const Simulator sim;
    const std::string body = GENERATE(
        "", "{", "[]", "null", "42", "\"text\"", "{\"device\":\"58\xff\"}",
        "device=5850&to=60123456789");
    CAPTURE(body);
    HttpClient client(sim.url());
    const HttpAnswer answer = client.post("/v1/sendMessage2", body);
    CHECK(answer.status == 400);
    CHECK(json::parse(answer.body)["success"] == false);
    CHECK(sim.stats()["malformed"] == 1);
}

TEST_CASE("wsapme-sim takes bodies up to 64 KiB, in as many pieces as they come") {
    const Simulator sim;
    HttpClient client(sim.url());
    constexpr std::size_t body_limit = 65'536;
    json message = message_to("+60123456789", "");
    message["message"] = std::string(body_limit - message.dump().size(), 'x');
    const std::string largest = message.dump();
    REQUIRE(largest.size() == body_limit);
    CHECK(client.post("/v1/sendMessage2", largest).status == 200);
    CHECK(client.post("/v1/sendMessage2", largest + " ").status == 413);
    CHECK(client.post("/v1/sendMessage2", std::string(1'000'000, ' ')).status == 413);
    CHECK(sim.accepted() == 1);

    const std::string small = message_to("+60123456789").dump();
    client.send_raw(
        "POST /v1/sendMessage2 HTTP/1.1\r\nHost: x\r\nContent-Length: " +
        std::to_string(small.size()));
    client.send_raw("\r\n\r\n" + small.substr(0, 10));
    client.send_raw(small.substr(10));
    CHECK(client.finish().status == 200);
    CHECK(sim.accepted() == 2);
}

TEST_CASE("wsapme-sim has the gateway's other endpoints, and no more") {
    const Simulator sim({"--token", "right", "--device", "5850=601140464720"});
    HttpClient client(sim.url());
    const HttpClient::Headers token{{"x-wsapme-token", "right"}};
    CHECK(client.get("/v1/server").status == 200);
    const json devices = json::parse(client.get("/v1/devices", token).body);
    CHECK(devices["success"] == true);
    CHECK(devices["data"].at(0)["id"] == "5850");
    const json info = json::parse(client.post("/v1/info", R"({"device":"5850"})", token).body);
    CHECK(info["success"] == true);
    CHECK(info["data"]["jid"] == "601140464720@s.whatsapp.net");
    CHECK(
        json::parse(client.post("/v1/info", R"({"device":"1"})", token).body)["success"] == false);
    CHECK(json::parse(client.post("/v1/messageInfo", "{}", token).body)["status"].is_boolean());
    CHECK(client.get("/v1/devices").status == 401);
    CHECK(client.get("/v1/nothing", token).status == 404);
    CHECK(client.get("/v1/sendMessage2", token).status == 405);
    CHECK(client.get("/v1/sendMessage2", token).headers.at("allow") == "POST");
    const json stats = sim.stats();
    CHECK(stats["requests"]["/v1/info"] == 2);
    CHECK(stats["unauthorised"] == 1);
    CHECK(stats["unknown_path"] == 1);
}

TEST_CASE(
    "wsapme-sim tells nothing of a message to another device, and statuses bare when asked to") {
    const Simulator sim({"--status-shape", "bare"});
    const std::string id = send_one(sim);
    const json bare = json::parse(sim.post("/v1/getMessageStatus", status_request(id)).body);
    CHECK(bare["key"]["id"] == id);
    CHECK(bare["status"].is_string());
    const json other =
        json::parse(sim.post("/v1/getMessageStatus", {{"device", "1"}, {"messageId", id}}).body);
    CHECK(other["success"] == false);
}

TEST_CASE("wsapme-sim serves many kept connections, and counts them") {
    const Simulator sim;
    std::vector<std::unique_ptr<HttpClient>> clients(200);
    for (auto& client : clients)
        client = std::make_unique<HttpClient>(sim.url());
    for (int round = 0; round < 3; ++round) {
        for (const auto& client : clients)
            client->start("POST", "/v1/sendMessage2", message_to("+60123456789").dump(), {});
        for (const auto& client : clients)
            CHECK(client->finish().status == 200);
    }
    CHECK(sim.accepted() == 600);
    const json connections = sim.stats()["connections"];
    CHECK(connections["open"] == 201);
    CHECK(connections["accepted"] == 201);
}

TEST_CASE("wsapme-sim accepts nothing that it cannot write to its journal") {
    Process sim({"wsapme-sim", "--listen", "127.0.0.1:0", "--journal", "/dev/full"});
    wait_until(
        "the simulator to listen", [&sim] { return sim.out().find('\n') != std::string::npos; });
    HttpClient client(sim.out().substr(0, sim.out().size() - 1));
    const HttpAnswer answer = client.post("/v1/sendMessage2", message_to("+60123456789").dump());
    CHECK(answer.status == 500);
    CHECK(json::parse(answer.body)["success"] == false);
    CHECK(json::parse(client.get("/sim/stats").body)["accepted"] == 0);
    CHECK_THAT(sim.err(), Contains("cannot append to '/dev/full': No space left on device"));
}
