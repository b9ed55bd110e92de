#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <memory>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Sending;
using nlohmann::json;

namespace {

const std::vector<std::string> gateway{"--token", "t0ken", "--device", "5850"};

std::vector<std::string>
new_blast(const std::string& csv, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> command{"--csv", csv, "--message", "x", "--tag", "t", "--yes"};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
}

/// A run under way that has sent something and holds more.
std::unique_ptr<Process> under_way(const Sending& sending, const std::string& csv) {
    std::vector<std::string> command = new_blast(csv, {"--rate", "10/s"});
    command.insert(command.begin(), "blast-send");
    auto run = std::make_unique<Process>(command, sending.environment);
    blast::test::wait_until("messages", [&] { return sending.gateway.accepted() >= 3; });
    REQUIRE(run->running());
    return run;
}

json due(const Sending& sending, int exit_code = 0) {
    const ProcessResult result = sending.send({"--due", "--rate", "max", "--format", "json"});
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    return json::parse(result.out);
}

/// Kills the run, and lets what it held time out.
void kill_and_expire(Sending& sending, Process& run) {
    run.signal(SIGKILL);
    run.wait();
    sending.database.query("UPDATE blasts SET lease_until = now() - interval '1 s'; "
                           "UPDATE blast_outbox SET lease_until = now() - interval '1 s' "
                           "WHERE state = 'SENDING'");
}

/// Cron mails what it says: nothing, about a cap or a window that is as asked.
void check_silent(const Sending& sending) {
    const ProcessResult quiet = sending.send({"--due", "--rate", "max", "--quiet"});
    CHECK(quiet.exit_code == 4);
    CHECK(quiet.err.empty());
    CHECK(quiet.out.empty());
}

/// HH:MM-HH:MM in UTC, so many hours from now.
std::string window(Sending& sending, int from, int to) {
    const auto hour = [&](int hours) {
        return sending.database.value(
            "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '" + std::to_string(hours) +
            " hours', 'HH24:MI')");
    };
    return hour(from) + '-' + hour(to);
}

} // namespace

TEST_CASE(
    "blast-send --due takes up what a crash left once its heartbeat has ended, and counts who is in doubt") {
    Sending sending;
    const auto run = under_way(sending, sending.folder.write("people.csv", csv_of(60)));
    CHECK(due(sending).empty()); // it has a living sender
    run->signal(SIGKILL);
    run->wait();
    CHECK(due(sending).empty()); // which may live, as far as can be known
    sending.database.query(
        "UPDATE blasts SET lease_until = now() - interval '1 s'; "
        "UPDATE blast_outbox SET lease_until = now() - interval '1 s' WHERE state = 'SENDING'");
    const bool doubt = sending.count("blast_outbox WHERE state = 'SENDING'") != "0";
    const json summaries = due(sending, doubt ? 1 : 0);
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0]["queued"] == 0);
    CHECK(summaries[0]["sending"] == 0);
    CHECK(summaries[0]["sent"].get<int>() + summaries[0]["unconfirmed"].get<int>() == 60);
    CHECK(blast::test::phones(sending.gateway.journal()).size() == sending.gateway.accepted());
    CHECK(due(sending).empty()); // what is in doubt waits for a person
}

TEST_CASE("Leases of dead senders end by themselves, also where nothing is queued any more") {
    Sending sending;
    sending.gateway.stop();
    sending.gateway.start({"--token", "t0ken", "--device", "5850", "--delay", "20s"});
    const std::string csv = sending.folder.write("people.csv", csv_of(2));
    std::vector<std::string> command = new_blast(csv, {"--rate", "max", "--timeout", "1s"});
    command.insert(command.begin(), "blast-send");
    Process run(command, sending.environment);
    blast::test::wait_until(
        "claims", [&] { return sending.count("blast_outbox WHERE state = 'SENDING'") == "2"; });
    run.signal(SIGKILL);
    run.wait();
    CHECK(
        sending.database.value(
            "SELECT bool_and(lease_until BETWEEN now() + interval '1 s' AND now() + interval '31 s') "
            "FROM blast_outbox") == "t");
    sending.database.query("UPDATE blasts SET lease_until = now() - interval '1 s'; "
                           "UPDATE blast_outbox SET lease_until = now() - interval '1 s'");
    CHECK(due(sending, 1)[0]["unconfirmed"] == 2);
    CHECK(due(sending).empty());
}

TEST_CASE("blast-send --due goes on with a blast that the daily cap stopped, on the next day") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(5));
    const ProcessResult capped =
        sending.send(new_blast(csv, {"--rate", "max", "--daily-cap", "3"}));
    CHECK(capped.exit_code == 4);
    CHECK_THAT(
        capped.err,
        Contains("warning") &&
            Contains("`blast-send --due` goes on tomorrow, or `blast-send --resume 1` by hand"));
    const json same_day = due(sending, 4);
    REQUIRE(same_day.size() == 1);
    CHECK(same_day[0]["sent"] == 3);
    check_silent(sending);
    sending.database.query("UPDATE devices SET day = day - 1");
    const json next_day = due(sending);
    REQUIRE(next_day.size() == 1);
    CHECK(next_day[0]["sent"] == 5);
}

TEST_CASE("blast-send --due goes on with a blast that its window stopped, once it is open") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(5));
    const std::string closed = window(sending, 2, 3);
    CHECK(sending.send(new_blast(csv, {"--rate", "max", "--window", closed})).exit_code == 4);
    const json before = due(sending, 4);
    REQUIRE(before.size() == 1);
    CHECK(before[0]["queued"] == 5);
    const std::string opening =
        "`blast-send --due` goes on when the window opens at " + closed.substr(0, 5);
    CHECK_THAT(sending.send({"--due"}).err, Contains(opening) && !Contains("warning"));
    sending.gateway.stop(); // which there is nothing to ask
    check_silent(sending);
    sending.gateway.start(gateway);
    sending.database.query(
        "UPDATE blasts SET send_window = '" + window(sending, -2, 2) + "'"); // hours later
    const json open = due(sending);
    REQUIRE(open.size() == 1);
    CHECK(open[0]["sent"] == 5);
}

TEST_CASE(
    "blast-send --due leaves alone what a person or the circuit stopped, and what is scheduled for later") {
    Sending sending;
    const auto run = under_way(sending, sending.folder.write("people.csv", csv_of(60)));
    run->signal(SIGINT);
    CHECK(run->wait().exit_code == 130);
    CHECK(due(sending).empty());
    CHECK(sending.count("blast_outbox") != "0");

    Sending broken({"--token", "t0ken", "--device", "5850", "--fault", "http-500=1"});
    const std::string csv = broken.folder.write("people.csv", csv_of(40));
    CHECK(broken.send(new_blast(csv, {"--rate", "max"})).exit_code == 4);
    broken.gateway.stop();
    broken.gateway.start(gateway);
    CHECK(due(broken).empty());
    CHECK(broken.gateway.accepted() == 0);
    // A person takes it up again, and that run ends before a message has gone through: it is not --due's yet.
    const std::string closed = window(broken, 2, 3);
    CHECK(broken.send({"--resume", "latest", "--window", closed}).exit_code == 4);
    broken.database.query("UPDATE blasts SET send_window = NULL");
    CHECK(due(broken).empty());
    CHECK(broken.gateway.accepted() == 0);
}

TEST_CASE(
    "A run that probes and is killed leaves the circuit open, one whose probe was accepted is --due's") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "http-500=1"});
    const std::string csv = sending.folder.write("people.csv", csv_of(60));
    REQUIRE(sending.send(new_blast(csv, {"--rate", "max"})).exit_code == 4);
    sending.gateway.stop();
    sending.gateway.start({"--token", "t0ken", "--device", "5850", "--delay", "20s"});
    for (std::size_t probes = 1; probes <= 2; ++probes) {
        Process probing({"blast-send", "--resume", "1", "--rate", "max"}, sending.environment);
        blast::test::wait_until("a probe", [&] { return sending.gateway.accepted() == probes; });
        CHECK(sending.count("blast_outbox WHERE state = 'SENDING'") == "1");
        kill_and_expire(sending, probing);
        CHECK(due(sending).empty());
        CHECK(sending.gateway.accepted() == probes);
    }
    sending.gateway.stop();
    sending.gateway.start(gateway);
    Process resumed({"blast-send", "--resume", "1", "--rate", "10/s"}, sending.environment);
    blast::test::wait_until("the circuit to close", [&] {
        return sending.database.value("SELECT stopped_by IS NULL FROM blasts") == "t";
    });
    CHECK(sending.count("blast_recipients") != "0");
    REQUIRE(resumed.running());
    kill_and_expire(sending, resumed);
    const json taken_up = due(sending, 1);
    REQUIRE(taken_up.size() == 1);
    CHECK(taken_up[0]["queued"] == 0);
    CHECK(blast::test::phones(sending.gateway.journal()).size() == sending.gateway.accepted());
}

TEST_CASE("However often cron starts --due, a blast has one sender") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(30));
    REQUIRE(
        sending.send(new_blast(csv, {"--rate", "10/s", "--at", "2199-01-01T00:00:00Z"}))
            .exit_code == 0);
    sending.database.query("UPDATE blasts SET scheduled_at = now()");
    std::vector<std::unique_ptr<Process>> runs;
    constexpr int starts = 4;
    runs.reserve(starts);
    for (int i = 0; i < starts; ++i)
        runs.push_back(std::make_unique<Process>(
            std::vector<std::string>{"blast-send", "--due", "--format", "json"},
            sending.environment));
    std::size_t senders = 0;
    for (const auto& run : runs) {
        const ProcessResult result = run->wait();
        INFO(result.err);
        CHECK(result.exit_code == 0);
        senders += json::parse(result.out).size();
    }
    CHECK(senders == 1);
    CHECK(sending.gateway.accepted() == 30);
}
