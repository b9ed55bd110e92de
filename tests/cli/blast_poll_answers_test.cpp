#include "support/catch.hpp"
#include "support/polling.hpp"
#include "support/scripted_gateway.hpp"
#include "support/tracked_blast.hpp"
using blast::test::Contains;
using blast::test::counter_mistake;
using blast::test::MessageFixture;
using blast::test::PollFigures;
using blast::test::Polling;
using blast::test::ProcessResult;
using blast::test::ScriptedGateway;
using blast::test::TrackedBlast;

namespace {

constexpr double hour = 3600;

MessageFixture message(const std::string& id, int number, const std::string& status = "PENDING") {
    MessageFixture message;
    message.phone = "+6012300" + std::to_string(1000 + number);
    message.message_id = id;
    message.status = status;
    message.sent_ago = hour;
    return message;
}

/// A gateway that says what a test tells it to, and blast-poll over one blast.
struct Scene {
    ScriptedGateway gateway;
    Polling polling{gateway.url()};
    TrackedBlast blast{polling.database()};

    std::int64_t add(const std::string& id, const std::string& status = "PENDING") {
        return blast.add(message(id, ++messages_, status));
    }
    /// A message of which the gateway says this.
    std::int64_t add_answered(const std::string& body, int http_status = 200) {
        const std::string id = "m" + std::to_string(messages_ + 1);
        gateway.answer(id, body, http_status);
        return add(id);
    }
    double now() { return std::stod(polling.database().value("SELECT date_part('epoch', now())")); }

private:
    int messages_ = 0;
};

} // namespace

TEST_CASE("every word for a status means what the gateway's notes say") {
    Scene scene;
    const auto answered = [&](const std::string& word) {
        return scene.add_answered(R"({"success":true,"data":{"status":")" + word + R"("}})");
    };
    const std::int64_t pending = answered("PENDING");
    const std::int64_t server = answered("SERVER_ACK");
    const std::int64_t delivered = answered("DELIVERY_ACK");
    const std::int64_t read_ack = answered("READ_ACK");
    const std::int64_t read = answered("READ");
    const std::int64_t played = answered("PLAYED");
    const PollFigures figures = scene.polling.figures();
    CHECK(figures.checked == 6);
    CHECK(figures.delivered == 1);
    CHECK(figures.read == 3);
    for (const std::int64_t id : {pending, server})
        CHECK(scene.blast.history(id) == "PENDING/send");
    CHECK(scene.blast.status(delivered) == "DELIVERY_ACK");
    for (const std::int64_t id : {read_ack, read, played}) {
        CHECK(scene.blast.history(id) == "PENDING/send READ_ACK/poll");
        CHECK_FALSE(scene.blast.column(id, "read_timestamp").empty());
    }
    CHECK(counter_mistake(scene.polling.database()).empty());
}

TEST_CASE("a status is found wherever the gateway may put it") {
    Scene scene;
    for (const char* body :
         {R"({"key":{"id":"x"},"status":"READ_ACK","messageC2STimestamp":"1634061785"})",
          R"({"success":true,"data":{"status":"READ_ACK"}})", R"({"messageStatus":"READ_ACK"})",
          R"({"status":true,"data":{"status":"READ_ACK"}})"})
        scene.add_answered(body);
    CHECK(scene.polling.figures().read == 4);
}

TEST_CASE("a status only moves forward") {
    Scene scene;
    const std::int64_t read = scene.add("read", "READ_ACK");
    const std::int64_t delivered = scene.add("delivered", "DELIVERY_ACK");
    scene.gateway.answer("delivered", R"({"status":"PENDING"})");
    const PollFigures figures = scene.polling.figures();
    CHECK(figures.checked == 2);
    CHECK(figures.delivered + figures.read == 0);
    CHECK(scene.blast.status(read) == "READ_ACK");
    CHECK(scene.blast.status(delivered) == "DELIVERY_ACK");
    CHECK(scene.blast.history(read) == "PENDING/send");
    CHECK(counter_mistake(scene.polling.database()).empty());
}

TEST_CASE("ERROR marks a message undeliverable with the reason, and it stays PENDING") {
    Scene scene;
    const std::int64_t told =
        scene.add_answered(R"({"data":{"status":"ERROR","reason":"not on WhatsApp"}})");
    const std::int64_t untold = scene.add_answered(R"({"data":{"status":"ERROR"}})");
    const PollFigures figures = scene.polling.figures();
    CHECK(figures.checked == 2);
    CHECK(scene.blast.column(told, "undeliverable_reason") == "not on WhatsApp");
    CHECK(scene.blast.column(untold, "undeliverable_reason") == "the gateway gave no reason");
    for (const std::int64_t id : {told, untold}) {
        CHECK(scene.blast.status(id) == "PENDING");
        CHECK(scene.blast.history(id) == "PENDING/send ERROR/poll");
        CHECK_FALSE(scene.blast.column(id, "undeliverable_at").empty());
    }
    CHECK(counter_mistake(scene.polling.database()).empty());
}

TEST_CASE("an unknown word changes nothing and is kept in the history") {
    Scene scene;
    const std::int64_t id = scene.add_answered(R"({"data":{"status":"TELEPATHY_ACK"}})");
    for (int pass = 0; pass < 2; ++pass)
        CHECK(scene.polling.figures({"--now"}).checked == 1);
    CHECK(scene.blast.status(id) == "PENDING");
    CHECK(scene.blast.history(id) == "PENDING/send TELEPATHY_ACK/poll");
}

TEST_CASE("what tells no status changes nothing and is asked again by the next run") {
    const std::vector<std::pair<std::string, int>> answers{
        {R"({"success":true,"data":{"status":true}})", 200},
        {R"({"status":3})", 200},
        {R"({"status":null})", 200},
        {R"({"status":["READ_ACK"]})", 200},
        {"<html><body>READ_ACK</body></html>", 200},
        {"", 200},
        {R"({"status":"READ_)", 200},
        {"\xFF\xFE\x00", 200},
        {"[]", 200},
        {"\"READ_ACK\"", 200},
        {std::string(100'000, '['), 200},
        {R"({"success":false,"message":"Device offline"})", 200},
        {R"({"status":"READ_ACK"})", 500},
        {R"({"status":"READ_ACK"})", 404},
        {"<html>Bad Gateway</html>", 502},
        {"", 0}};
    ScriptedGateway gateway;
    Polling polling(gateway.url());
    gateway.answer("good", R"({"status":"READ_ACK"})");
    for (const auto& [body, http_status] : answers) {
        CAPTURE(body.substr(0, 60), http_status);
        TrackedBlast blast(polling.database());
        const std::vector<std::string> only{"--blast", std::to_string(blast.id())};
        const std::int64_t good = blast.add(message("good", 1));
        const std::int64_t bad = blast.add(message("bad", 2));
        gateway.answer("bad", body, http_status);
        const ProcessResult result = polling.poll(only);
        CHECK(result.exit_code == 1);
        CHECK_THAT(
            result.err, Contains("1 message(s) could not be checked (") &&
                            Contains("); the next run asks again"));
        const PollFigures figures = blast::test::poll_figures(result.out);
        CHECK(figures.due == 2);
        CHECK(figures.checked == 1);
        CHECK(figures.failed == 1);
        CHECK(figures.left == 0);
        CHECK(blast.status(good) == "READ_ACK");
        CHECK(blast.history(bad) == "PENDING/send");
        CHECK(blast.column(bad, "last_checked_at IS NULL") == "true");
        CHECK(polling.database().value("SELECT count(*) FROM check_claims") == "0");
        gateway.answer("bad", R"({"status":"DELIVERY_ACK"})");
        CHECK(polling.figures(only).delivered == 1);
    }
}

TEST_CASE("a message that the gateway does not know yet was checked all the same") {
    Scene scene;
    scene.add_answered(R"({"success":false,"message":"messageInfo ","data":{}})");
    CHECK(scene.polling.figures().checked == 1);
    CHECK(scene.polling.figures().due == 0);
}

TEST_CASE("the history says whose clock a time is of") {
    Scene scene;
    const auto at = static_cast<std::int64_t>(scene.now()) - 1800;
    const std::int64_t gateways = scene.add_answered(
        R"({"status":"DELIVERY_ACK","messageC2STimestamp":")" + std::to_string(at) + R"("})");
    const std::int64_t ours = scene.add_answered(R"({"status":"DELIVERY_ACK"})");
    const std::int64_t absurd = scene.add_answered(
        R"({"status":"DELIVERY_ACK","messageC2STimestamp":)" + std::to_string(at - 86'400) + "}");
    CHECK(scene.polling.figures().delivered == 3);
    const auto clock = [&](std::int64_t id) {
        return scene.polling.database().value(
            "SELECT timed_by || CASE WHEN now() - occurred_at < interval '5 minutes' THEN ' now' ELSE '' END"
            " FROM status_history WHERE status = 'DELIVERY_ACK' AND recipient_id = " +
            std::to_string(id));
    };
    CHECK(clock(gateways) == "gateway");
    CHECK(
        scene.blast.column(gateways, "date_part('epoch', delivered_at)::bigint") ==
        std::to_string(at));
    CHECK(clock(ours) == "us now");
    CHECK(clock(absurd) == "us now");
}
