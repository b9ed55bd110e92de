#include "support/catch.hpp"
#include "support/polling.hpp"
#include "support/scripted_gateway.hpp"
#include "support/simulator.hpp"
#include "support/tracked_blast.hpp"

#include <nlohmann/json.hpp>

#include <memory>

using blast::test::Contains;
using blast::test::counter_mistake;
using blast::test::MessageFixture;
using blast::test::poll_command;
using blast::test::PollFigures;
using blast::test::Polling;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::ScriptedGateway;
using blast::test::ServedAnswer;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;

namespace {

constexpr double hour = 3600;

/// A gateway that says what a test tells it to, and blast-poll over a blast of 50.
struct Scene {
    Scene() { blast.add_many(50, hour); }

    ScriptedGateway gateway;
    Polling polling{gateway.url()};
    TrackedBlast blast{polling.database()};
};

/// Messages that the simulator has accepted just now, in a blast of their own.
void add_accepted(const Simulator& simulator, TrackedBlast& blast, int count) {
    for (int i = 1; i <= count; ++i) {
        const auto answer =
            nlohmann::json::parse(simulator
                                      .post(
                                          "/v1/sendMessage2",
                                          {{"device", "5850"},
                                           {"to", "+6012300" + std::to_string(1000 + i)},
                                           {"message", "Hi"}},
                                          {{"x-wsapme-token", "t0ken"}})
                                      .body);
        MessageFixture message;
        message.phone = "+6012300" + std::to_string(1000 + i);
        message.message_id = answer.at("data").at("key").at("id");
        message.sent_ago = hour;
        blast.add(message);
    }
}

/// Every message reaches this in no time.
std::vector<std::string> at_once(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"--token", "t0ken", "--device", "5850", "--speed", "1e9"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

} // namespace

TEST_CASE("each fault of the simulator's changes nothing, fails one check, and passes") {
    const std::vector<std::string> kinds{
        "http-429", "http-500", "http-503", "html-502",    "refused",        "reset-before",
        "garbage",  "empty",    "slow",     "reset-after", "boolean-status", "number-status"};
    Polling polling("");
    struct Trial {
        Trial(TemporaryDatabase& database, const std::string& kind)
            : simulator(at_once({"--delivered", "1", "--status-fault", kind + "@1"})),
              blast(database) {
            add_accepted(simulator, blast, 2);
        }
        std::vector<std::string> only() const { return {"--blast", std::to_string(blast.id())}; }

        Simulator simulator;
        TrackedBlast blast;
        std::unique_ptr<Process> process;
    };
    std::vector<std::unique_ptr<Trial>> trials;
    for (const std::string& kind : kinds) {
        trials.push_back(std::make_unique<Trial>(polling.database(), kind));
        Trial& trial = *trials.back();
        polling.set("WSAPME_API_URL", trial.simulator.url());
        std::vector<std::string> arguments = trial.only();
        arguments.insert(
            arguments.end(),
            {"--deadline", kind == "slow" ? "500ms" : "50s", "--concurrency", "1"});
        trial.process = std::make_unique<Process>(poll_command(arguments), polling.environment());
    }
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        CAPTURE(kinds[i]);
        Trial& trial = *trials[i];
        const ProcessResult result = trial.process->wait();
        INFO(result.out << result.err);
        const PollFigures figures = blast::test::poll_figures(result.out);
        // A slow answer takes all the time there is, so nothing at all was answered.
        const bool slow = kinds[i] == "slow";
        CHECK(result.exit_code == (slow ? 3 : 1));
        CHECK(figures.failed == 1);
        CHECK(figures.checked == (slow ? 0 : 1));
        CHECK(figures.left == (slow ? 1 : 0));
        CHECK(trial.simulator.stats().at("status_faults").at(kinds[i]) == 1);
        polling.set("WSAPME_API_URL", trial.simulator.url());
        CHECK(polling.figures(trial.only()).checked == (slow ? 2 : 1));
    }
    CHECK(
        polling.database().value("SELECT count(*) FROM status_history WHERE source = 'poll'") ==
        polling.database().value("SELECT count(*) FROM blast_recipients"));
    CHECK(
        polling.database().value(
            "SELECT count(*) FROM blast_recipients WHERE status = 'PENDING'") == "0");
    CHECK(counter_mistake(polling.database()).empty());
}

TEST_CASE(
    "a gateway that fails is left alone for growing gaps from the third failure in a row",
    "[alone]") {
    Scene scene;
    scene.gateway.answer("", "<html>Service Unavailable</html>", 503);
    const ProcessResult result =
        scene.polling.poll({"--rate", "max", "--deadline", "4s", "--concurrency", "1"});
    CHECK(result.exit_code == 1);
    const PollFigures figures = blast::test::poll_figures(result.out);
    CHECK(figures.checked == 0);
    CHECK(figures.failed == static_cast<std::int64_t>(scene.gateway.asked()));
    CHECK(figures.failed + figures.left == 50);
    const auto questions = scene.gateway.questions();
    REQUIRE(questions.size() >= 3);
    CHECK(questions.size() <= 6);
    for (std::size_t i = 3; i < questions.size(); ++i)
        CHECK(questions[i].at - questions[i - 1].at >= std::chrono::milliseconds(450 << (i - 3)));
    scene.gateway.answer("", R"({"status":"READ_ACK"})");
    CHECK(scene.polling.figures({"--rate", "max"}).read == 50);
}

TEST_CASE("a gateway that repeats the token and phones has neither of them printed") {
    Scene scene;
    scene.gateway.answer(
        "", R"({"success":false,"message":"t0ken: no +60123456789, no 60123456780"})");
    const ProcessResult result = scene.polling.poll({"--blast", "1", "--rate", "max"});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("[token]: no +6012***6789, no +6012***6780"));
    CHECK_THAT(result.err + result.out, !Contains("t0ken") && !Contains("6012345678"));
}

TEST_CASE("a gateway that asks for patience gets it") {
    Scene scene;
    scene.gateway.answer("", ServedAnswer{429, "{}", "Retry-After: 600\r\n"});
    const ProcessResult result = scene.polling.poll({"--rate", "max", "--concurrency", "1"});
    CHECK(result.exit_code == 1);
    CHECK(scene.gateway.asked() == 1);
    CHECK(blast::test::poll_figures(result.out).left == 49);
}

TEST_CASE("a wait that is too long to be a number is still a wait") {
    Scene scene;
    scene.gateway.answer("", ServedAnswer{429, "{}", "Retry-After: 99999999999999999999\r\n"});
    const ProcessResult result = scene.polling.poll({"--rate", "max", "--concurrency", "1"});
    CHECK(result.exit_code == 1);
    CHECK(scene.gateway.asked() == 1);
    CHECK(blast::test::poll_figures(result.out).left == 49);
}

TEST_CASE(
    "exit 3: when nothing could be asked, the token is refused, or the database cannot be used") {
    Simulator simulator(at_once());
    Polling polling(simulator.url());
    TrackedBlast blast(polling.database());
    add_accepted(simulator, blast, 2);
    polling.set("WSAPME_USER_TOKEN", "wr0ng");
    const ProcessResult refused = polling.poll();
    CHECK(refused.exit_code == 3);
    CHECK(refused.err == "blast-poll: the gateway refuses the token: check WSAPME_USER_TOKEN\n");
    polling.set("WSAPME_USER_TOKEN", "t0ken");

    simulator.kill();
    const ProcessResult unreachable = polling.poll();
    CHECK(unreachable.exit_code == 3);
    CHECK_THAT(
        unreachable.err, Contains("blast-poll: the gateway could not be asked about anything ("));
    const PollFigures figures = blast::test::poll_figures(unreachable.out);
    CHECK(figures.checked == 0);
    CHECK(figures.failed == 2);
    CHECK(blast.history(1) == "PENDING/send");

    const auto empty = blast::test::TemporaryDatabase::without_schema();
    polling.set("DATABASE_URL", empty->url());
    CHECK(polling.poll().exit_code == 3);
    polling.set("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/blast");
    const ProcessResult away = polling.poll();
    CHECK(away.exit_code == 3);
    CHECK(away.out.empty());
}

TEST_CASE("with nothing due the gateway is not needed") {
    Polling polling("http://127.0.0.1:1");
    CHECK(polling.figures().due == 0);
}

TEST_CASE("the funnel after polling is what the manual's query counts") {
    Simulator simulator(at_once());
    Polling polling(simulator.url());
    polling.set("WSAPME_DEVICE", "5850");
    std::string csv = "name,phone\n";
    for (int i = 0; i < 250; ++i)
        csv += "Person " + std::to_string(i) + ",+6012" + std::to_string(3'000'000 + i) + "\n";
    REQUIRE(
        blast::test::run(
            {"blast-send", "--csv", "-", "--message", "Hi {{name}}", "--tag", "raya", "--rate",
             "max", "--yes"},
            polling.environment(), csv)
            .exit_code == 0);
    blast::test::wait_until("all receipts", [&] {
        const PollFigures figures = polling.figures({"--now", "--rate", "max"});
        CHECK(figures.checked == 250);
        return figures.delivered + figures.read == 0;
    });
    const auto counted = polling.database().query(
        "SELECT COUNT(*) AS sent,"
        "       COUNT(*) FILTER (WHERE status != 'PENDING') AS received,"
        "       COUNT(*) FILTER (WHERE status IN ('READ_ACK', 'REPLIED')) AS read,"
        "       COUNT(*) FILTER (WHERE status = 'REPLIED') AS replied"
        " FROM blast_recipients WHERE blast_id = 1");
    CHECK(counted.at(0) == blast::test::TemporaryDatabase::Row{"250", "240", "180", "0"});
    const ProcessResult report =
        blast::test::run({"blast-report", "1", "--format", "json"}, polling.environment());
    const auto funnel = nlohmann::json::parse(report.out).at("funnel");
    CHECK(
        funnel == nlohmann::json{{"sent", 250}, {"received", 240}, {"read", 180}, {"replied", 0}});
    CHECK(counter_mistake(polling.database()).empty());
}
