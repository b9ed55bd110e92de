#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/simulator.hpp"
#include "support/webhook_receiver.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using blast::test::HttpClient;
using blast::test::Simulator;
using blast::test::TemporaryFolder;
using blast::test::wait_until;
using blast::test::WebhookReceiver;
using nlohmann::json;

namespace {

std::string phone_of(int number) {
    return "+6012" + std::to_string(3'000'000 + number);
}

void send_many(const Simulator& sim, int count) {
    HttpClient client(sim.url());
    for (int i = 0; i < count; ++i) {
        const json message{{"device", "5850"}, {"to", phone_of(i)}, {"message", "Hi"}};
        client.post("/v1/sendMessage2", message.dump());
    }
    REQUIRE(sim.accepted() == static_cast<std::size_t>(count));
}

/// All three shapes of a status event, and replies.
struct Events {
    std::map<std::string, std::set<std::string>> statuses; ///< by message id
    std::multiset<std::string> replies;                    ///< phones, "+60..."
    std::set<std::string> shapes;
    std::set<std::string> texts;

    void add(const json& event) {
        if (event.contains("from")) {
            const std::string from = event["from"];
            replies.insert("+" + from.substr(0, from.find('@')));
            texts.insert(event["message"]);
        } else if (event.contains("messageId")) {
            shapes.insert("flat");
            statuses[event["messageId"]].insert(event["status"].get<std::string>());
        } else {
            const json& document = event.contains("data") ? event["data"] : event;
            shapes.insert(event.contains("data") ? "data" : "bare");
            statuses[document["key"]["id"]].insert(document["status"].get<std::string>());
        }
    }

    std::size_t with(const std::string& status) const {
        return static_cast<std::size_t>(
            std::count_if(statuses.begin(), statuses.end(), [&status](const auto& each) {
                return each.second.count(status) == 1;
            }));
    }
};

Events events_in(const std::string& path) {
    Events events;
    std::istringstream lines(blast::test::read_file(path));
    for (std::string line; std::getline(lines, line) && !lines.eof();)
        events.add(json::parse(line));
    return events;
}

void wait_for_all_events(const Simulator& sim) {
    wait_until("all receipts and replies to be told", [&sim] {
        const json stats = sim.stats();
        return stats["events"]["pending"] == 0 && stats["webhook"]["waiting"] == 0;
    });
}

} // namespace

TEST_CASE("wsapme-sim writes exactly the funnel that was asked for to the event file") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/events.jsonl";
    const Simulator sim(
        {"--events", path, "--speed", "10000000", "--delivered", "240/250", "--read", "180/250",
         "--replied", "50/250", "--undeliverable", "3/250"});
    send_many(sim, 250);
    wait_for_all_events(sim);
    const Events events = events_in(path);
    CHECK(events.with("DELIVERY_ACK") == 240);
    CHECK(events.with("READ_ACK") == 180);
    CHECK(events.with("ERROR") == 3);
    CHECK(events.statuses.size() == 243);
    CHECK(events.replies.size() == 50);
    CHECK(events.shapes == std::set<std::string>{"bare", "data", "flat"});

    std::set<std::string> read_phones;
    for (const auto& entry : sim.journal()) {
        const auto found = events.statuses.find(entry.id);
        if (found != events.statuses.end() && found->second.count("READ_ACK") == 1)
            read_phones.insert(entry.to);
    }
    for (const std::string& phone : events.replies)
        CHECK(read_phones.count(phone) == 1);
}

TEST_CASE("wsapme-sim answers status calls with the same funnel as its events") {
    const Simulator sim(
        {"--speed", "10000000", "--delivered", "24/25", "--read", "18/25", "--replied", "5/25"});
    send_many(sim, 50);
    const auto statuses = [&sim] {
        HttpClient client(sim.url());
        std::map<std::string, int> counts;
        for (const auto& entry : sim.journal()) {
            const json request{{"device", "5850"}, {"messageId", entry.id}};
            const json answer =
                json::parse(client.post("/v1/getMessageStatus", request.dump()).body);
            ++counts[answer["data"]["status"].get<std::string>()];
        }
        return counts;
    };
    wait_until("the funnel to stand", [&statuses] { return statuses()["READ_ACK"] == 36; });
    CHECK(
        statuses() ==
        std::map<std::string, int>{{"DELIVERY_ACK", 12}, {"READ_ACK", 36}, {"SERVER_ACK", 2}});
}

TEST_CASE(
    "wsapme-sim leaves a reading untold where receipts are off, the reply comes nevertheless") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/events.jsonl";
    const Simulator sim(
        {"--events", path, "--speed", "10000000", "--delivered", "1", "--read", "1", "--replied",
         "1", "--receipts-off", "1", "--opt-out-share", "1"});
    send_many(sim, 5);
    wait_for_all_events(sim);
    const Events events = events_in(path);
    CHECK(events.with("DELIVERY_ACK") == 5);
    CHECK(events.with("READ_ACK") == 0);
    CHECK(events.replies.size() == 5);
    for (const std::string& text : events.texts)
        CHECK((text == "STOP" || text == "Berhenti" || text == "stop." || text == "UNSUBSCRIBE"));
}

TEST_CASE("wsapme-sim posts every event to the webhook, again and again until it is taken") {
    WebhookReceiver receiver;
    receiver.answer_with(503);
    const Simulator sim(
        {"--webhook", receiver.url("/hook/secret"), "--speed", "10000000", "--delivered", "1",
         "--read", "1", "--replied", "1", "--device", "5850=+601140464720"});
    send_many(sim, 20);
    wait_until("the webhook to be tried", [&receiver] { return receiver.received().size() >= 2; });
    receiver.answer_with(204);
    wait_for_all_events(sim);

    Events taken;
    for (const auto& request : receiver.received()) {
        CHECK(request.path == "/hook/secret");
        if (request.answered == 204)
            taken.add(json::parse(request.body));
    }
    CHECK(taken.with("DELIVERY_ACK") == 20);
    CHECK(taken.with("READ_ACK") == 20);
    CHECK(taken.replies.size() == 20);
    const json stats = sim.stats();
    CHECK(stats["webhook"]["delivered"] == 60);
    CHECK(stats["webhook"]["failed_attempts"] >= 1);
    const auto requests = receiver.received();
    const auto reply = std::find_if(requests.begin(), requests.end(), [](const auto& request) {
        return json::parse(request.body).contains("from");
    });
    REQUIRE(reply != requests.end());
    CHECK(json::parse(reply->body)["dataReceiver"]["jid"] == "601140464720@s.whatsapp.net");
}

TEST_CASE(
    "wsapme-sim posts the events of a message with a webhook of its own there, also after a restart") {
    const WebhookReceiver own;
    const WebhookReceiver general;
    Simulator sim(
        {"--webhook", general.url(), "--speed", "10000000", "--delivered", "1", "--read", "0"});
    const json message{
        {"device", "5850"},
        {"to", "60123456789"},
        {"message", "Hi"},
        {"redirect_url", own.url("/own")}};
    const auto answer = sim.post("/v1/sendMessage", message);
    CHECK(json::parse(answer.body)["messageId"] == sim.journal().at(0).id);
    wait_until(
        "the event at the message's own webhook", [&own] { return own.received().size() == 1; });
    CHECK(general.received().empty());
    sim.kill();
    sim.start();
    wait_until("the event again after the restart", [&own] { return own.received().size() == 2; });

    json elsewhere = message;
    elsewhere["redirect_url"] = "http://example.com/";
    CHECK(json::parse(sim.post("/v1/sendMessage", elsewhere).body)["success"] == false);
}
