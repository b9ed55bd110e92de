#include "support/catch.hpp"
#include "support/sending.hpp"
#include "support/terminal_process.hpp"

#include <nlohmann/json.hpp>

#include <csignal>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::TerminalProcess;
using blast::test::two_people;

TEST_CASE("In a terminal blast-send asks first, and Ctrl-C at the question is an interruption") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const std::vector<std::string> command{"blast-send", "--csv", csv,      "--message", "x",
                                           "--tag",      "t",     "--rate", "max"};
    TerminalProcess interrupted(command, sending.environment, {});
    CHECK_THAT(interrupted.wait_for("[y/N] "), Contains("Send 2 message(s)"));
    interrupted.type("\x03");
    const ProcessResult stopped = interrupted.wait();
    CHECK(stopped.exit_code == 130);
    CHECK_THAT(stopped.out, Contains("nothing was queued or sent"));
    CHECK(sending.count("blasts") == "0");

    TerminalProcess declined(command, sending.environment, {});
    declined.wait_for("[y/N] ");
    declined.type("n\r");
    CHECK(declined.wait().exit_code == 2);
    CHECK(sending.count("blasts") == "0");

    TerminalProcess sent(command, sending.environment, {});
    sent.wait_for("[y/N] ");
    sent.type("y\r");
    CHECK(sent.wait().exit_code == 0);
    CHECK(sending.gateway.accepted() == 2);
}

TEST_CASE("A signal while the audience is queued leaves nothing behind") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(10'000));
    sending.database.query("BEGIN; LOCK TABLE opt_outs IN ACCESS EXCLUSIVE MODE");
    Process send(
        {"blast-send", "--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"},
        sending.environment);
    blast::test::wait_until("the queueing that waits for the lock", [&] {
        return sending.database.value(
                   "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))") !=
               "0";
    });
    send.signal(SIGTERM);
    sending.database.query("COMMIT");
    const ProcessResult stopped = send.wait();
    CHECK(stopped.exit_code == 143);
    CHECK(stopped.err == "blast-send: interrupted: nothing was queued or sent\n");
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("blast-send says what it waits for after the first signal, and records it") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--delay", "1500ms"});
    const std::string csv = sending.folder.write("people.csv", csv_of(40));
    Process send(
        {"blast-send", "--csv", csv, "--message", "x", "--tag", "t", "--rate", "max",
         "--concurrency", "3", "--yes", "--format", "json"},
        sending.environment);
    blast::test::wait_until("the first messages", [&] { return sending.gateway.accepted() >= 3; });
    send.signal(SIGINT);
    const ProcessResult stopped = send.wait();
    CHECK(stopped.exit_code == 130);
    CHECK_THAT(stopped.err, Contains("stopping: what is in flight is waited for"));
    CHECK_THAT(stopped.err, Contains("--resume 1"));
    CHECK(
        nlohmann::json::parse(stopped.out)["sent"].get<std::size_t>() ==
        sending.gateway.accepted());
    CHECK(
        sending.database.value("SELECT count(*) FROM blast_outbox WHERE state <> 'QUEUED'") == "0");
}
