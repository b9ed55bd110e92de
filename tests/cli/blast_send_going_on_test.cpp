#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <map>

using blast::test::csv_of;
using blast::test::is_one_line;
using blast::test::JournalEntry;
using blast::test::phones;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::two_people;
using nlohmann::json;

TEST_CASE("A blast that is queued with --at waits for --due, which leaves the early ones alone") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const auto queue = [&](const char* tag, const char* at) {
        return sending.send(
            {"--csv", csv, "--message", "x", "--tag", tag, "--at", at, "--rate", "max", "--yes",
             "--format", "json"});
    };
    const ProcessResult past = queue("past", "2020-01-01T00:00:00Z");
    INFO(past.err);
    CHECK(past.err.find("has passed") != std::string::npos);
    REQUIRE(past.exit_code == 0);
    CHECK(json::parse(past.out)["queued"] == 2);
    REQUIRE(queue("future", "2199-01-01T00:00:00Z").exit_code == 0);
    CHECK(sending.gateway.accepted() == 0);
    const ProcessResult due = sending.send({"--due", "--format", "json"});
    INFO(due.err);
    CHECK(due.exit_code == 0);
    REQUIRE(json::parse(due.out).size() == 1);
    CHECK(json::parse(due.out)[0]["sent"] == 2);
    CHECK(sending.gateway.accepted() == 2);
    CHECK(sending.send({"--due"}).exit_code == 0);
    CHECK(sending.gateway.accepted() == 2);
    CHECK(sending.send({"--resume", "latest"}).exit_code == 0); // now, whatever --at said
    CHECK(sending.gateway.accepted() == 4);
}

TEST_CASE(
    "SIGINT stops cleanly and says how to resume, --due leaves the blast alone, --resume ends it") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(40));
    Process send(
        {"blast-send", "--csv", csv, "--message", "x", "--tag", "t", "--rate", "20/s", "--yes"},
        sending.environment);
    blast::test::wait_until("the first messages", [&] { return sending.gateway.accepted() >= 3; });
    send.signal(SIGINT);
    const ProcessResult stopped = send.wait();
    CHECK(stopped.exit_code == 130);
    CHECK(stopped.err.find("--resume") != std::string::npos);
    const std::size_t before = sending.gateway.accepted();
    CHECK(before < 40);
    CHECK(
        sending.database.value("SELECT count(*) FROM blast_outbox WHERE state <> 'QUEUED'") == "0");
    CHECK(sending.count("blast_recipients") == std::to_string(before));
    CHECK(sending.send({"--due"}).exit_code == 0);
    CHECK(sending.gateway.accepted() == before);
    const ProcessResult resumed =
        sending.send({"--resume", "latest", "--rate", "max", "--format", "json"});
    INFO(resumed.err);
    CHECK(resumed.exit_code == 0);
    CHECK(json::parse(resumed.out)["sent"] == 40);
    CHECK(sending.gateway.accepted() == 40);
    CHECK(phones(sending.gateway.journal()).size() == 40);
}

TEST_CASE("SIGTERM stops cleanly, and --due goes on with the blast") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(40));
    Process send(
        {"blast-send", "--csv", csv, "--message", "x", "--tag", "t", "--rate", "20/s", "--yes"},
        sending.environment);
    blast::test::wait_until("the first messages", [&] { return sending.gateway.accepted() >= 3; });
    send.signal(SIGTERM);
    CHECK(send.wait().exit_code == 143);
    CHECK(sending.send({"--due", "--rate", "max"}).exit_code == 0);
    CHECK(sending.gateway.accepted() == 40);
    CHECK(phones(sending.gateway.journal()).size() == 40);
}

TEST_CASE("The daily cap stops the run with work left, and counts over all blasts") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(10));
    const auto send = [&](const char* tag) {
        return sending.send(
            {"--csv", csv, "--message", "x", "--tag", tag, "--rate", "max", "--daily-cap", "7",
             "--yes", "--format", "json"});
    };
    const ProcessResult first = send("one");
    INFO(first.err);
    CHECK(first.exit_code == 4);
    CHECK(json::parse(first.out)["sent"] == 7);
    CHECK(json::parse(first.out)["queued"] == 3);
    const ProcessResult second = send("two");
    CHECK(second.exit_code == 4);
    CHECK(json::parse(second.out)["sent"] == 0);
    CHECK(sending.gateway.accepted() == 7);
}

TEST_CASE("Outside the window nothing is sent") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const std::string closed = sending.database.value(
        "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 hours', 'HH24:MI') || '-' || "
        "to_char(now() AT TIME ZONE 'UTC' + interval '3 hours', 'HH24:MI')");
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--window", closed,
         "--yes"});
    CHECK(result.exit_code == 4);
    CHECK(result.err.find("window") != std::string::npos);
    CHECK(sending.database.value("SELECT count(*) FROM blasts WHERE lease_until IS NULL") == "1");
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("What the gateway refuses is FAILED and can be retried, as the exit status tells") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "refused=1"});
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult refused = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes", "--format",
         "json"});
    INFO(refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(json::parse(refused.out)["failed"] == 2);
    CHECK(
        sending.database.value("SELECT count(*) FROM blast_outbox WHERE last_error <> ''") == "2");
    sending.gateway.stop();
    sending.gateway.start({"--token", "t0ken", "--device", "5850"});
    const ProcessResult untouched = sending.send({"--resume", "latest"});
    CHECK(untouched.exit_code == 1);
    CHECK(sending.gateway.accepted() == 0);
    const ProcessResult retried =
        sending.send({"--resume", "latest", "--retry-failed", "--format", "json"});
    CHECK(retried.exit_code == 0);
    CHECK(json::parse(retried.out)["sent"] == 2);
}

TEST_CASE("What cannot be known is UNCONFIRMED, and is sent again only on the user's word") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "reset-after=1"});
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult doubtful = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes", "--format",
         "json"});
    INFO(doubtful.err);
    CHECK(doubtful.exit_code == 1);
    CHECK(json::parse(doubtful.out)["unconfirmed"] == 2);
    CHECK(sending.gateway.accepted() == 2);
    sending.gateway.stop();
    sending.gateway.start({"--token", "t0ken", "--device", "5850"});
    CHECK(sending.send({"--resume", "latest"}).exit_code == 1);
    CHECK(sending.gateway.accepted() == 2);
    CHECK(
        sending.send({"--resume", "latest", "--resend-unconfirmed"}).exit_code ==
        2); // it cannot ask
    CHECK(sending.gateway.accepted() == 2);
    const ProcessResult resent =
        sending.send({"--resume", "latest", "--resend-unconfirmed", "--yes", "--format", "json"});
    CHECK(resent.exit_code == 0);
    CHECK(json::parse(resent.out)["sent"] == 2);
    CHECK(sending.gateway.accepted() == 4);
}

TEST_CASE("A burst of failures opens the circuit: exit 4, and a probe after --resume") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "http-500=1"});
    const std::string csv = sending.folder.write("people.csv", csv_of(60));
    const ProcessResult burst = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--concurrency", "1",
         "--yes", "--format", "json"});
    INFO(burst.err);
    CHECK(burst.exit_code == 4);
    CHECK(burst.err.find("failed") != std::string::npos);
    const json summary = json::parse(burst.out);
    CHECK(summary["unconfirmed"].get<int>() >= 10);
    CHECK(summary["unconfirmed"].get<int>() < 20);
    CHECK(summary["queued"].get<int>() == 60 - summary["unconfirmed"].get<int>());
    CHECK(sending.send({"--due"}).exit_code == 0); // leaves it alone
    CHECK(sending.count("blast_recipients") == "0");
    sending.gateway.stop();
    sending.gateway.start({"--token", "t0ken", "--device", "5850"});
    const ProcessResult resumed = sending.send({"--resume", "latest", "--format", "json"});
    CHECK(resumed.exit_code == 1);
    CHECK(json::parse(resumed.out)["queued"] == 0);
    CHECK(phones(sending.gateway.journal()).size() == sending.gateway.accepted());
}

TEST_CASE("A 429 slows the device down and nobody fails for it") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "http-429@3"});
    const std::string csv = sending.folder.write("people.csv", csv_of(12));
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes", "--format",
         "json"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(json::parse(result.out)["sent"] == 12);
    CHECK(phones(sending.gateway.journal()).size() == 12);
    CHECK(sending.database.value("SELECT slow_left < 20 AND slow_left > 0 FROM devices") == "t");
}

TEST_CASE("A follow-up goes to those who are stuck, with their own columns") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    REQUIRE(
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"})
            .exit_code == 0);
    const std::string id = sending.database.value("SELECT id FROM blasts");
    const ProcessResult follow_up = sending.send(
        {"--from-blast", id, "--stuck", "PENDING", "--message", "Still there, {{name}}?", "--stage",
         "Follow-up 1", "--rate", "max", "--yes", "--format", "json"});
    INFO(follow_up.err);
    CHECK(follow_up.exit_code == 0);
    CHECK(json::parse(follow_up.out)["tag"] == "t");
    CHECK(json::parse(follow_up.out)["stage"] == "Follow-up 1");
    const auto journal = sending.gateway.journal();
    REQUIRE(journal.size() == 4);
    CHECK(journal[2].text.rfind("Still there, ", 0) == 0);
    const ProcessResult nobody = sending.send(
        {"--from-blast", id, "--stuck", "READ_ACK", "--message", "x", "--stage", "Follow-up 2",
         "--yes"});
    CHECK(nobody.exit_code == 2);
    CHECK(is_one_line(nobody.err));
}

TEST_CASE("With several devices a phone keeps the device that last wrote to it") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--device", "5851"});
    const std::string csv = sending.folder.write("people.csv", csv_of(10));
    const auto send = [&](const char* tag) {
        return sending.send(
            {"--csv", csv, "--message", "x", "--tag", tag, "--device", "5850,5851", "--rate", "max",
             "--yes"});
    };
    REQUIRE(send("one").exit_code == 0);
    REQUIRE(send("two").exit_code == 0);
    std::map<std::string, std::set<std::string>> devices_of;
    std::map<std::string, int> messages_of;
    for (const JournalEntry& entry : sending.gateway.journal()) {
        devices_of[entry.to].insert(entry.device);
        ++messages_of[entry.device];
    }
    CHECK(messages_of == std::map<std::string, int>{{"5850", 10}, {"5851", 10}});
    for (const auto& [phone, devices] : devices_of)
        CHECK(devices.size() == 1);
}
