#include "support/catch.hpp"
#include "support/polling.hpp"
#include "support/scripted_gateway.hpp"
#include "support/tracked_blast.hpp"

#include <csignal>
#include <regex>

using blast::test::Contains;
using blast::test::counter_mistake;
using blast::test::MessageFixture;
using blast::test::poll_command;
using blast::test::PollFigures;
using blast::test::Polling;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::ScriptedGateway;
using blast::test::TrackedBlast;
using blast::test::wait_until;

namespace {

constexpr double hour = 3600;
constexpr double day = 24 * hour;

const std::string delivered = R"({"success":true,"data":{"status":"DELIVERY_ACK"}})";
const std::string read_ack = R"({"success":true,"data":{"status":"READ_ACK"}})";
const std::string pending = R"({"success":true,"data":{"status":"PENDING"}})";

/// A gateway, a database with one blast, and blast-poll over them.
struct Scene {
    ScriptedGateway gateway;
    Polling polling{gateway.url()};
    TrackedBlast blast{polling.database()};

    /// A message that is due, sent an hour ago: its id is its name.
    std::int64_t add(const std::string& message_id, const MessageFixture& like = {}) {
        MessageFixture message = like;
        message.message_id = message_id;
        message.phone = "+6012300" + std::to_string(1000 + ++messages_);
        return blast.add(message);
    }

    std::string value(const std::string& sql) { return polling.database().value(sql); }

private:
    int messages_ = 0;
};

MessageFixture
sent(double sent_ago, double checked_ago = -1, const std::string& status = "PENDING") {
    MessageFixture message;
    message.sent_ago = sent_ago;
    message.checked_ago = checked_ago;
    message.status = status;
    return message;
}

} // namespace

TEST_CASE("blast-poll checks what is due, once, and prints what came of it as the manual says") {
    Scene scene;
    const std::int64_t first = scene.add("a");
    const std::int64_t second = scene.add("b");
    scene.add("c");
    scene.gateway.answer("b", read_ack);
    scene.gateway.answer("c", pending);
    const ProcessResult result = scene.polling.poll();
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(std::regex_match(
        result.out,
        std::regex(
            R"(\{"due":3,"checked":3,"changed":\{"DELIVERY_ACK":1,"READ_ACK":1\},"failed":0,"left":0,"elapsed_seconds":\d+\.\d\}\n)")));
    CHECK(scene.blast.history(first) == "PENDING/send DELIVERY_ACK/poll");
    CHECK(scene.blast.history(second) == "PENDING/send READ_ACK/poll");
    CHECK(counter_mistake(scene.polling.database()).empty());
    const auto questions = scene.gateway.questions();
    REQUIRE(questions.size() == 3);
    CHECK(questions[0].device == "5850");

    const PollFigures again = scene.polling.figures();
    CHECK(again.due == 0);
    CHECK(scene.gateway.asked() == 3);
}

TEST_CASE("blast-poll tells people the same in words, and nothing when it shall be quiet") {
    Scene scene;
    scene.add("a");
    const ProcessResult result = blast::test::run({"blast-poll"}, scene.polling.environment());
    CHECK_THAT(result.out, Contains("checked 1 of 1 due messages in "));
    CHECK_THAT(result.out, Contains("DELIVERY_ACK"));
    // What a cron job prints is mailed, every minute.
    const ProcessResult quiet =
        blast::test::run({"blast-poll", "--now", "--quiet"}, scene.polling.environment());
    CHECK(quiet.exit_code == 0);
    CHECK(quiet.out.empty());
    CHECK(quiet.err.empty());
    CHECK(scene.gateway.asked() == 2);
}

TEST_CASE("a message is due when the manual says so") {
    Scene scene;
    scene.add("never checked", sent(5));
    scene.add("young, 40 s", sent(100, 40));
    scene.add("young, 20 s", sent(100, 20));
    scene.add("an hour old, 16 min", sent(hour, 16 * 60));
    scene.add("an hour old, 13 min", sent(hour, 13 * 60));
    scene.add("read, two days, 13 h", sent(2 * day, 13 * hour, "READ_ACK"));
    scene.add("read, two days, 11 h", sent(2 * day, 11 * hour, "READ_ACK"));
    scene.add("replied", sent(hour, -1, "REPLIED"));
    scene.add("seven days old", sent(7 * day + 60));
    const PollFigures figures = scene.polling.figures({"--concurrency", "1"});
    CHECK(figures.due == 4);
    CHECK(
        scene.gateway.asked_about() ==
        std::vector<std::string>{
            "never checked", "young, 40 s", "an hour old, 16 min", "read, two days, 13 h"});
}

TEST_CASE("all that still moves is checked with --now, due or not") {
    Scene scene;
    scene.add("just checked", sent(hour, 1));
    scene.add("read", sent(2 * day, 1, "READ_ACK"));
    scene.add("replied", sent(hour, 1, "REPLIED"));
    scene.add("seven days old", sent(7 * day + 60, 60));
    CHECK(scene.polling.figures().due == 0);
    CHECK(scene.gateway.asked() == 0);
    const PollFigures figures = scene.polling.figures({"--now", "--concurrency", "1"});
    CHECK(figures.due == 2);
    CHECK(figures.checked == 2);
    CHECK(scene.gateway.asked_about() == std::vector<std::string>{"just checked", "read"});
}

TEST_CASE("one blast only is checked with --blast, and must exist") {
    Scene scene;
    scene.add("a");
    TrackedBlast other(scene.polling.database(), "merdeka");
    other.add(MessageFixture{"+60123456789", "b"});
    CHECK(scene.polling.figures({"--blast", std::to_string(other.id())}).due == 1);
    CHECK(scene.gateway.asked_about() == std::vector<std::string>{"b"});
    const ProcessResult unknown = scene.polling.poll({"--blast", "999"});
    CHECK(unknown.exit_code == 2);
    CHECK_THAT(unknown.err, Contains("blast-poll: there is no blast 999: "));
    CHECK(scene.gateway.asked() == 1);
}

TEST_CASE("when not all can be done, what is newest and nearest to a change comes first") {
    Scene scene;
    std::vector<std::string> order;
    for (int i = 0; i < 15; ++i) {
        order.push_back("waiting " + std::to_string(i));
        scene.add(order.back(), sent(hour + 60 * i, -1, i % 2 == 0 ? "PENDING" : "DELIVERY_ACK"));
    }
    for (int i = 0; i < 15; ++i) {
        order.push_back("read " + std::to_string(i));
        scene.add(order.back(), sent(10 + 60 * i, -1, "READ_ACK"));
    }
    const PollFigures figures =
        scene.polling.figures({"--rate", "5/s", "--deadline", "2s", "--concurrency", "1"});
    CHECK(figures.due == 30);
    CHECK(figures.left > 0);
    CHECK(figures.failed == 0);
    CHECK(figures.checked + figures.left == 30);
    CHECK(figures.checked <= 12);
    const std::vector<std::string> asked = scene.gateway.asked_about();
    REQUIRE(asked.size() == static_cast<std::size_t>(figures.checked));
    CHECK(std::equal(asked.begin(), asked.end(), order.begin()));
    CHECK(scene.value("SELECT count(*) FROM check_claims") == "0");

    scene.gateway.forget_questions();
    const PollFigures rest = scene.polling.figures({"--rate", "max", "--concurrency", "1"});
    CHECK(rest.due == figures.left);
    CHECK(
        scene.gateway.asked_about() ==
        std::vector<std::string>(order.begin() + figures.checked, order.end()));
}

TEST_CASE("a --rate is kept", "[alone]") {
    Scene scene;
    scene.blast.add_many(21, hour);
    scene.polling.figures({"--rate", "40/s"});
    const auto questions = scene.gateway.questions();
    REQUIRE(questions.size() == 21);
    // 20 gaps of 25 ms, of which 50 ms may be made up for.
    CHECK(questions.back().at - questions.front().at >= std::chrono::milliseconds(400));
}

TEST_CASE("a pass with --watch goes on with what becomes due, until nothing moves") {
    Scene scene;
    scene.add("due", sent(hour));
    scene.add("soon due", sent(100, 27, "DELIVERY_ACK"));
    scene.add("soon seven days old", sent(7 * day - 8, 60));
    Process watch(poll_command({"--watch"}), scene.polling.environment());
    wait_until("the second check", [&] { return scene.gateway.asked() == 2; });
    CHECK(scene.gateway.asked_about() == std::vector<std::string>{"due", "soon due"});
    CHECK(watch.running());
    scene.polling.database().query(
        "UPDATE blast_recipients SET status = 'REPLIED' WHERE message_id <> 'soon seven days old'");
    const ProcessResult result = watch.wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    const PollFigures figures = blast::test::poll_figures(result.out);
    CHECK(figures.due == 2);
    CHECK(figures.checked == 2);
    CHECK(scene.gateway.asked() == 2);
}

TEST_CASE("a pass with --watch stops cleanly when it is told to") {
    Scene scene;
    scene.add("a", sent(hour));
    for (const auto& [signal, exit_code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
        const std::size_t asked = scene.gateway.asked();
        Process watch(poll_command({"--watch", "--now"}), scene.polling.environment());
        wait_until("a check", [&] { return scene.gateway.asked() > asked; });
        watch.signal(signal);
        const ProcessResult result = watch.wait();
        CHECK(result.exit_code == exit_code);
        CHECK(blast::test::poll_figures(result.out).checked == 1);
        CHECK_THAT(result.err, Contains("stopped"));
    }
}

TEST_CASE("a signal ends a pass: what was told is written, and nothing stays claimed") {
    Scene scene;
    scene.blast.add_many(200, hour);
    Process poll(poll_command({"--rate", "20/s"}), scene.polling.environment());
    wait_until("some checks", [&] { return scene.gateway.asked() >= 5; });
    poll.signal(SIGTERM);
    const ProcessResult result = poll.wait();
    CHECK(result.exit_code == 143);
    const PollFigures figures = blast::test::poll_figures(result.out);
    CHECK(figures.checked == static_cast<std::int64_t>(scene.gateway.asked()));
    CHECK(figures.checked + figures.left == 200);
    CHECK(
        scene.value("SELECT count(*) FROM blast_recipients WHERE status = 'DELIVERY_ACK'") ==
        std::to_string(figures.checked));
    CHECK(scene.value("SELECT count(*) FROM check_claims") == "0");
}

TEST_CASE("blast-poll refuses what makes no sense") {
    Scene scene;
    scene.add("a");
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"--rate", "0/s"},
          {"--rate", "fast"},
          {"--concurrency", "0"},
          {"--deadline", "soon"},
          {"--deadline", "1ms"},
          {"--blast", "first"},
          {"--blast", ""},
          {"--format", "csv"},
          {"all"}}) {
        const ProcessResult result = scene.polling.poll(wrong);
        CAPTURE(wrong, result.err);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
    }
    scene.polling.set("WSAPME_USER_TOKEN", "");
    CHECK(scene.polling.poll().exit_code == 2);
    CHECK(scene.gateway.asked() == 0);
}
