#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/simulator.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

using blast::test::Contains;
using blast::test::HttpAnswer;
using blast::test::HttpClient;
using blast::test::plain_loopback;
using blast::test::Simulator;
using nlohmann::json;

namespace {

const std::string message = R"({"device":"5850","to":"+60123456789","message":"Hi"})";

HttpAnswer send(HttpClient& client) {
    return client.post("/v1/sendMessage2", message);
}

struct Refusal {
    std::string kind;
    int status;
    std::string body_has;
};

} // namespace

TEST_CASE("wsapme-sim accepts nothing under a fault that refuses") {
    const Refusal fault = GENERATE(
        Refusal{"http-429", 429, R"("success":false)"},
        Refusal{"http-500", 500, R"("success":false)"},
        Refusal{"http-503", 503, R"("success":false)"},
        Refusal{"http-401", 401, "Unauthorised Token"}, Refusal{"html-502", 502, "<html>"},
        Refusal{"refused", 200, "Number is not registered on WhatsApp"});
    CAPTURE(fault.kind);
    const Simulator sim({"--fault", fault.kind + "@1"});
    HttpClient client(sim.url());
    const HttpAnswer answer = send(client);
    CHECK(answer.status == fault.status);
    CHECK_THAT(answer.body, Contains(fault.body_has));
    CHECK(sim.accepted() == 0);
    CHECK(sim.stats()["faults"][fault.kind] == 1);
    CHECK(send(client).status == 200);
    CHECK(sim.accepted() == 1);
}

TEST_CASE("wsapme-sim says after a 429 how long to wait, or as it is told to") {
    const auto header_of_429 = [](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"--fault", "http-429=1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Simulator sim(arguments);
        HttpClient client(sim.url());
        const HttpAnswer answer = send(client);
        const auto found = answer.headers.find("retry-after");
        return found == answer.headers.end() ? "missing" : found->second;
    };
    CHECK(header_of_429({}) == "1");
    CHECK(header_of_429({"--retry-after", "7"}) == "7");
    CHECK(header_of_429({"--retry-after", "none"}) == "missing");
}

TEST_CASE(
    "wsapme-sim resets the connection before or after it accepts, on fresh and on kept connections") {
    const bool after = GENERATE(false, true);
    const bool kept = GENERATE(false, true);
    CAPTURE(after, kept);
    const std::string place = kept ? "@2" : "@1";
    const Simulator sim(
        {"--fault", (after ? "reset-after" : "reset-before") + place}, plain_loopback);
    HttpClient client(sim.url());
    if (kept)
        CHECK(send(client).status == 200);
    const std::size_t before = sim.accepted();
    const HttpAnswer answer = send(client);
    CHECK(answer.status == 0);
    CHECK(answer.reset);
    CHECK(sim.accepted() == before + (after ? 1 : 0));
    CHECK(send(client).status == 200);
}

TEST_CASE("wsapme-sim accepts the message whose answer it spoils") {
    struct Spoiled {
        std::string kind;
        int status;
        bool json;
        bool empty;
    };
    const Spoiled fault = GENERATE(
        Spoiled{"garbage", 200, false, false}, Spoiled{"empty", 200, false, true},
        Spoiled{"no-id", 200, true, false}, Spoiled{"accepted-500", 500, true, false},
        Spoiled{"flat", 200, true, false});
    CAPTURE(fault.kind);
    const Simulator sim({"--fault", fault.kind + "=1"});
    HttpClient client(sim.url());
    const HttpAnswer answer = send(client);
    CHECK(answer.status == fault.status);
    CHECK(json::accept(answer.body) == fault.json);
    CHECK(answer.body.empty() == fault.empty);
    const auto journal = sim.journal();
    REQUIRE(journal.size() == 1);
    const bool names_id = answer.body.find(journal[0].id) != std::string::npos;
    CHECK(names_id == (fault.kind == "accepted-500" || fault.kind == "flat"));
}

TEST_CASE("wsapme-sim keeps nobody waiting for a slow answer") {
    Simulator sim({"--fault", "slow@1", "--slow-for", "10m"});
    HttpClient slow(sim.url());
    slow.start("POST", "/v1/sendMessage2", message, {});
    blast::test::wait_until(
        "the slow message to be accepted", [&sim] { return sim.accepted() == 1; });
    HttpClient other(sim.url());
    for (int i = 0; i < 50; ++i)
        CHECK(send(other).status == 200);
    CHECK(sim.accepted() == 51);
    const auto ended = sim.stop(); // a waiting answer does not hold it up
    CHECK(ended.exit_code == 0);
    CHECK(slow.finish().status == 0);
}

TEST_CASE("wsapme-sim answers late, but answers") {
    const Simulator sim({"--fault", "slow@1", "--slow-for", "50ms", "--delay", "30ms"});
    HttpClient slow(sim.url());
    const auto begun = std::chrono::steady_clock::now();
    CHECK(send(slow).status == 200);
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(80));
    CHECK(sim.accepted() == 1);
}

TEST_CASE("wsapme-sim survives clients that leave before their answer") {
    const Simulator sim({"--delay", "50ms"});
    for (int i = 0; i < 20; ++i) {
        HttpClient impatient(sim.url());
        impatient.start("POST", "/v1/sendMessage2", message, {});
    }
    blast::test::wait_until("all messages to be accepted", [&sim] { return sim.accepted() == 20; });
    HttpClient patient(sim.url());
    CHECK(send(patient).status == 200);
}

TEST_CASE("wsapme-sim answers status calls with the faults that were asked for") {
    struct Fault {
        std::string kind;
        int status;
        std::string body_has;
    };
    const Fault fault = GENERATE(
        Fault{"http-500", 500, R"("success":false)"}, Fault{"html-502", 502, "<html>"},
        Fault{"refused", 200, R"("success":false)"}, Fault{"reset-before", 0, ""},
        Fault{"reset-after", 0, ""}, Fault{"empty", 200, ""}, Fault{"garbage", 200, "<<"},
        Fault{"boolean-status", 200, R"("status":true)"},
        Fault{"number-status", 200, R"("status":3)"},
        Fault{"unknown-status", 200, R"("status":"TELEPATHY_ACK")"});
    CAPTURE(fault.kind);
    const Simulator sim({"--status-fault", fault.kind + "@1"});
    HttpClient client(sim.url());
    const std::string id = json::parse(send(client).body)["data"]["key"]["id"];
    const std::string request = json{{"device", "5850"}, {"messageId", id}}.dump();
    const HttpAnswer answer = client.post("/v1/getMessageStatus", request);
    CHECK(answer.status == fault.status);
    CHECK_THAT(answer.body, Contains(fault.body_has));
    CHECK(client.post("/v1/getMessageStatus", request).status == 200);
    CHECK(sim.stats()["status_faults"][fault.kind] == 1);
}

TEST_CASE("wsapme-sim gives an id twice when it is asked to") {
    const Simulator sim({"--duplicate-id", "1"});
    HttpClient client(sim.url());
    const auto id = [&client] {
        return json::parse(send(client).body)["data"]["key"]["id"].get<std::string>();
    };
    const std::string first = id();
    CHECK(id() == first);
    CHECK(sim.journal().at(1).id == first);
}
