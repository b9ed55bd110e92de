#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::ProcessResult;
using blast::test::Sending;
using nlohmann::json;

namespace {

/// The second of a blast of three is in doubt: the gateway took it, and its answer was lost.
struct LostClaim {
    LostClaim() {
        const std::string csv = sending.folder.write("people.csv", csv_of(3));
        const ProcessResult result =
            sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"});
        INFO(result.err);
        REQUIRE(result.exit_code == 1);
        REQUIRE(sending.count("blast_outbox WHERE state = 'UNCONFIRMED'") == "1");
        row = sending.database.value("SELECT id FROM blast_outbox");
        attempt = sending.database.value("SELECT attempt_id FROM blast_outbox");
        phone = sending.database.value("SELECT phone_number FROM blast_outbox");
    }

    /// As a run leaves it whose answers came while the database was away; its path.
    std::string keep(const std::string& of_attempt, const std::string& made_at = {}) const {
        const std::string folder = sending.folder.path() + "/blast";
        std::filesystem::create_directories(folder);
        std::string path = folder + "/1-" + of_attempt + ".jsonl";
        std::ofstream file(path);
        if (!made_at.empty())
            file << json{{"blast", 1}, {"blast_made_at", made_at}}.dump() << '\n';
        file << json{{"outcome", "accepted"}, {"id", std::stoll(row)}, {"attempt", of_attempt},
                     {"device", "5850"},      {"message_id", "LATE"},  {"data", ""},
                     {"jid_phone", ""}}
                    .dump()
             << '\n';
        return path;
    }

    std::string history() { return sending.count("status_history"); }

    Sending sending{{"--token", "t0ken", "--device", "5850", "--fault", "reset-after@2"}};
    std::string row, attempt, phone;
};

const std::string unknown_attempt = "00000000-0000-4000-8000-000000000001";

} // namespace

TEST_CASE("A file that another database's blast of the same number left is left alone") {
    LostClaim doubt;
    const std::string made_at =
        doubt.sending.database.value("SELECT extract(epoch FROM blast_date) FROM blasts");
    const std::string before = doubt.history();
    const auto left_alone = [&](const std::string& file) {
        const ProcessResult resumed = doubt.sending.send({"--resume", "1"});
        CHECK(resumed.exit_code == 1);
        CHECK_THAT(resumed.err, Contains(file) && Contains("another database"));
        CHECK(std::filesystem::exists(file));
        CHECK(doubt.history() == before);
        CHECK(doubt.sending.count("blast_outbox WHERE state = 'UNCONFIRMED'") == "1");
        std::filesystem::remove(file);
    };
    left_alone(doubt.keep(unknown_attempt));
    left_alone(doubt.keep(unknown_attempt, "1234567890.123456"));
    const std::string ours = doubt.keep(doubt.attempt, made_at);
    CHECK(doubt.sending.send({"--resume", "1"}).exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(ours));
    CHECK(doubt.sending.count("blast_recipients WHERE message_id = 'LATE'") == "1");
}

TEST_CASE("A kept message of an attempt that was resent since is noted, and its file goes") {
    LostClaim doubt;
    const std::string made_at =
        doubt.sending.database.value("SELECT extract(epoch FROM blast_date) FROM blasts");
    REQUIRE(doubt.sending.send({"--resume", "1", "--resend-unconfirmed", "--yes"}).exit_code == 0);
    const std::string file = doubt.keep(doubt.attempt, made_at);
    CHECK(doubt.sending.send({"--resume", "1"}).exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(
        doubt.sending.count(
            "status_history WHERE message_id = 'LATE' AND detail LIKE '%after it was resent'") ==
        "1");
}

TEST_CASE("A message that was accepted counts, whatever a person said of it before") {
    for (const char* word : {"sent", "unsent"}) {
        CAPTURE(word);
        LostClaim doubt;
        const auto admin = [&](std::vector<std::string> arguments) {
            arguments.insert(arguments.begin(), "blast-admin");
            REQUIRE(doubt.sending.run(arguments).exit_code == 0);
        };
        admin({"resolve", "1", doubt.phone, word});
        if (std::string(word) == "unsent")
            admin({"cancel", "1", "--yes"});
        REQUIRE(doubt.sending.count("blast_outbox WHERE state = 'DROPPED'") == "1");
        const std::string file = doubt.keep(doubt.attempt);
        const ProcessResult resumed = doubt.sending.send({"--resume", "1", "--format", "json"});
        INFO(resumed.err);
        CHECK(resumed.exit_code == 0);
        CHECK(json::parse(resumed.out)["sent"] == 3);
        CHECK(json::parse(resumed.out)["dropped"] == 0);
        CHECK_FALSE(std::filesystem::exists(file));
        CHECK(doubt.sending.count("status_history WHERE detail LIKE '%resent%'") == "0");
    }
}

TEST_CASE("A file that cannot be read holds up its own blast, and no other") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(2));
    for (const char* tag : {"one", "two"})
        REQUIRE(
            sending
                .send(
                    {"--csv", csv, "--message", "x", "--tag", tag, "--rate", "max", "--yes", "--at",
                     "2020-01-01T00:00:00Z"})
                .exit_code == 0);
    const std::string folder = sending.folder.path() + "/blast";
    std::filesystem::create_directories(folder);
    const std::string file = folder + "/1-" + unknown_attempt + ".jsonl";
    std::ofstream(file) << "not one of ours\n";
    const ProcessResult due = sending.send({"--due", "--format", "json"});
    CHECK(due.exit_code == 3);
    CHECK_THAT(due.err, Contains("blast 1: ") && Contains(file + ":1"));
    REQUIRE(json::parse(due.out).size() == 1);
    CHECK(json::parse(due.out)[0]["tag"] == "two");
    CHECK(sending.count("blasts WHERE id = 1 AND lease_until IS NULL") == "1");
    std::filesystem::remove(file);
    CHECK(sending.send({"--due"}).exit_code == 0);
    CHECK(sending.gateway.accepted() == 4);
}
