#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <csignal>

using blast::test::Pooler;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::query_value;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;
using blast::test::wait_until;

namespace {

constexpr std::size_t recipients = 200;
constexpr std::size_t some = 20;

/// Sends until the signal stops it, and checks that it stopped with nothing in doubt.
void stop_cleanly(const TemporaryDatabase& database, const SendTrial& trial, int signal) {
    Process sender = trial.start();
    trial.wait_for_accepted(some, sender);
    REQUIRE(sender.running());
    sender.signal(signal);
    const ProcessResult result = sender.wait();
    INFO(result.err);
    CHECK(result.exit_code == 128 + signal);
    CHECK(result.err.find("blast-send --resume " + trial.blast_id()) != std::string::npos);
    CHECK(trial.count("SENDING") == 0);
    CHECK(trial.count("UNCONFIRMED") == 0);
    CHECK(trial.count("RECORDED") == trial.journal().size());
    CHECK(trial.count("QUEUED") > 0);
    CHECK( // the daily cap counts what was posted, not what was claimed
        query_value(database.url(), "SELECT day_posts FROM devices") ==
        std::to_string(trial.journal().size()));
    trial.check_books();
}

void send_what_is_due(const SendTrial& trial) {
    const ProcessResult due =
        Process({"blast-send", "--due", "--quiet"}, trial.environment()).wait();
    INFO(due.err);
    CHECK(due.exit_code == 0);
}

TrialSettings settings_of(const std::string& tag) {
    TrialSettings settings;
    settings.tag = tag;
    settings.recipients = recipients;
    return settings;
}

/// Senders that reach the database at `url`, which may be a pooler's; the books are read at the database itself.
void interrupt_and_resume(
    const TemporaryDatabase& database, const std::string& url, int signal = SIGINT) {
    const Simulator simulator({"--delay", "20ms"});
    TrialSettings settings = settings_of("interrupted");
    settings.environment = {{"DATABASE_URL", url}};
    const SendTrial trial(database.url(), simulator, settings);
    stop_cleanly(database, trial, signal);
    CHECK(query_value(database.url(), "SELECT stopped_by FROM blasts") == "person");
    const std::size_t sent = trial.journal().size();
    send_what_is_due(trial);
    CHECK(trial.journal().size() == sent);
    trial.complete();
    trial.check_books();
    CHECK(trial.count("RECORDED") == recipients);
}

void terminate_and_take_up(const TemporaryDatabase& database, const std::string& url) {
    const Simulator simulator({"--delay", "20ms"});
    TrialSettings settings = settings_of("terminated");
    settings.environment = {{"DATABASE_URL", url}};
    const SendTrial trial(database.url(), simulator, settings);
    stop_cleanly(database, trial, SIGTERM);
    CHECK(query_value(database.url(), "SELECT stopped_by FROM blasts").empty());
    send_what_is_due(trial);
    trial.check_books();
    CHECK(trial.count("RECORDED") == recipients);
}

} // namespace

TEST_CASE("SIGINT stops a sender cleanly, --due leaves its blast alone and --resume completes it") {
    const TemporaryDatabase database;
    interrupt_and_resume(database, database.url());
}

TEST_CASE(
    "SIGHUP stops a sender as SIGINT does: nobody is left in doubt, and it waits for --resume") {
    const TemporaryDatabase database;
    interrupt_and_resume(database, database.url(), SIGHUP);
}

TEST_CASE("A sender that was started to ignore SIGHUP goes on through it") {
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "20ms"});
    const SendTrial trial(database.url(), simulator, settings_of("nohup"));
    std::vector<std::string> command = trial.command();
    command[0] = blast::test::executable_path(command[0]);
    command.insert(command.begin(), "/usr/bin/nohup");
    Process sender(command, trial.environment());
    trial.wait_for_accepted(some, sender);
    sender.signal(SIGHUP);
    CHECK(sender.wait().exit_code == 0);
    CHECK(trial.count("RECORDED") == recipients);
}

TEST_CASE("SIGTERM stops a sender cleanly, and --due takes its blast up again") {
    const TemporaryDatabase database;
    terminate_and_take_up(database, database.url());
}

TEST_CASE("Through PgBouncer, signals stop a sender as cleanly") {
    const TemporaryDatabase interrupted;
    interrupt_and_resume(interrupted, Pooler(interrupted.url()).url());
    const TemporaryDatabase terminated;
    terminate_and_take_up(terminated, Pooler(terminated.url()).url());
}

TEST_CASE("A second signal ends a sender at once, with what was in flight in doubt") {
    constexpr std::size_t concurrency = 2;
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "20s"});
    TrialSettings settings = settings_of("twice");
    settings.flags = {"--rate", "max", "--concurrency", std::to_string(concurrency)};
    const SendTrial trial(database.url(), simulator, settings);
    Process sender = trial.start();
    trial.wait_for_accepted(concurrency, sender);
    sender.signal(SIGINT);
    wait_until("what was not posted to be given back", [&] {
        return trial.count("SENDING") == concurrency;
    });
    wait_until("the person's stop to be recorded", [&] {
        return query_value(database.url(), "SELECT stopped_by FROM blasts") == "person";
    });
    CHECK(sender.running()); // it waits for the two in flight
    sender.signal(SIGINT);
    CHECK(sender.wait(std::chrono::seconds(10)).exit_code == 128 + SIGINT);
    trial.check_books();
    CHECK(trial.count("SENDING") == concurrency);
    query_value(
        database.url(),
        "UPDATE blasts SET lease_until = now() - interval '1 s' RETURNING id"); // a lease later
    send_what_is_due(trial);
    CHECK(trial.journal().size() == concurrency);
}
