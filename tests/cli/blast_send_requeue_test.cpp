#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::is_one_line;
using blast::test::ProcessResult;
using blast::test::Sending;
using nlohmann::json;

namespace {

const std::vector<std::string> again{
    "--resume", "1", "--retry-failed", "--resend-unconfirmed", "--yes", "--format", "json"};

/// Of a blast of three, one is UNCONFIRMED and one FAILED.
struct Unsent {
    Unsent() {
        const std::string csv = sending.folder.write("people.csv", csv_of(3));
        const ProcessResult result =
            sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"});
        INFO(result.err);
        REQUIRE(result.exit_code == 1);
        REQUIRE(states() == "FAILED UNCONFIRMED");
    }

    std::string states() {
        return sending.database.value(
            "SELECT string_agg(state, ' ' ORDER BY state) FROM blast_outbox");
    }

    Sending sending{
        {"--token", "t0ken", "--device", "5850", "--fault", "reset-after@1", "--fault",
         "refused@2"}};
};

} // namespace

TEST_CASE("Who was erased is not sent to again, whatever is asked for") {
    Unsent unsent;
    Sending& sending = unsent.sending;
    for (int i = 0; i < 2; ++i)
        REQUIRE(
            sending
                .run(
                    {"blast-admin", "forget",
                     sending.database.value("SELECT min(phone_number) FROM blast_outbox "
                                            "WHERE phone_number IS NOT NULL"),
                     "--yes"})
                .exit_code == 0);
    const ProcessResult resumed = sending.send(again);
    INFO(resumed.err);
    CHECK(resumed.exit_code == 1);
    CHECK(unsent.states() == "FAILED UNCONFIRMED");
    CHECK(sending.count("blast_outbox WHERE attempts <> 1") == "0");
    CHECK(sending.count("status_history WHERE status = 'QUEUED'") == "0");
}

TEST_CASE("Erased recipients that are queued all the same are never posted") {
    Unsent unsent;
    Sending& sending = unsent.sending;
    sending.database.query(
        "UPDATE blast_outbox SET state = 'QUEUED', phone_number = NULL, erased_at = now(), variables = '{}' "
        "WHERE state = 'FAILED'; UPDATE blast_counters SET failed = 0, queued = 1 WHERE failed = 1");
    const ProcessResult resumed = sending.send({"--resume", "1"});
    CHECK(resumed.exit_code == 1);
    CHECK(
        sending.database.value("SELECT last_error FROM blast_outbox WHERE state = 'FAILED'") ==
        "the recipient was erased");
    CHECK(sending.gateway.accepted() == 2);
}

TEST_CASE("Nothing is queued again when the run cannot send: exit 2 or 3 changes nothing") {
    Unsent unsent;
    Sending& sending = unsent.sending;
    sending.environment["WSAPME_USER_TOKEN"] = "";
    CHECK(sending.send(again).exit_code == 2);
    CHECK(unsent.states() == "FAILED UNCONFIRMED");
    sending.environment["WSAPME_USER_TOKEN"] = "t0ken";
    sending.gateway.stop();
    CHECK(sending.send(again).exit_code == 3);
    CHECK(unsent.states() == "FAILED UNCONFIRMED");
    const ProcessResult counts = sending.send({"--resume", "1", "--format", "json"});
    CHECK(counts.exit_code == 1); // nothing to send: the gateway is not needed
    CHECK(json::parse(counts.out)["unconfirmed"] == 1);
    sending.gateway.start({"--token", "t0ken", "--device", "5850"});
    CHECK(json::parse(sending.send({"--due", "--format", "json"}).out).empty());
    CHECK(json::parse(sending.send(again).out)["sent"] == 3);
}

TEST_CASE("Nobody gets an empty message: it fails, saying so, and is never posted") {
    Sending sending;
    const std::string csv = sending.folder.write(
        "people.csv", "name,phone,note\nAli,0123456789,see you\nSiti,0133456789, \n");
    const auto send = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--rate", "max", "--yes", "--format", "json"});
        return sending.send(arguments);
    };
    const ProcessResult bad = send({"--csv", csv, "--message", "{{note}}", "--tag", "t"});
    CHECK(bad.exit_code == 2);
    CHECK_THAT(bad.err, Contains("people.csv:3") && Contains("the message is empty"));
    REQUIRE(send({"--csv", csv, "--message", "x", "--tag", "t"}).exit_code == 0);
    const ProcessResult follow_up = send(
        {"--from-blast", sending.database.value("SELECT id FROM blasts"), "--stuck", "PENDING",
         "--message", "{{note}}", "--stage", "F"});
    INFO(follow_up.err);
    CHECK(follow_up.exit_code == 1);
    CHECK(json::parse(follow_up.out)["failed"] == 1);
    CHECK(sending.database.value("SELECT last_error FROM blast_outbox") == "the message is empty");
    CHECK(sending.gateway.journal().size() == 3);
}

TEST_CASE("A rate that nobody would live to see is refused") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(2));
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--yes", "--rate", "0.000000000001/h"});
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("--rate") && Contains("one in 30 days"));
    CHECK(is_one_line(result.err));
    CHECK(sending.count("blasts") == "0");
}
