#include "support/catch.hpp"
#include "support/sending.hpp"
#include "support/terminal_process.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

using blast::test::csv_of;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::TerminalProcess;
using nlohmann::json;

namespace {

/// A gateway that accepts, and whose first answers are lost.
std::vector<std::string> deaf_to(int messages) {
    std::vector<std::string> arguments{"--token", "t0ken", "--device", "5850"};
    for (int i = 1; i <= messages; ++i)
        arguments.insert(arguments.end(), {"--fault", "reset-after@" + std::to_string(i)});
    return arguments;
}

void send_in_doubt(Sending& sending, int recipients_count, int doubtful) {
    const std::string csv = sending.folder.write("people.csv", csv_of(recipients_count));
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"});
    INFO(result.err);
    REQUIRE(result.exit_code == 1);
    REQUIRE(sending.count("blast_outbox WHERE state = 'UNCONFIRMED'") == std::to_string(doubtful));
}

} // namespace

TEST_CASE("Of who is in doubt it is known which device's phone to look at") {
    Sending sending(deaf_to(1));
    send_in_doubt(sending, 3, 1);
    CHECK(sending.count("blast_outbox WHERE device IS NULL") == "1"); // pinned to none
    const ProcessResult stuck =
        sending.run({"blast-report", "latest", "--stuck", "UNCONFIRMED", "--format", "json"});
    INFO(stuck.out);
    CHECK(json::parse(stuck.out)[0]["device"] == "5850");
    const ProcessResult all =
        sending.run({"blast-report", "latest", "--recipients", "--format", "json"});
    INFO(all.out);
    for (const json& recipient : json::parse(all.out))
        CHECK(recipient["device"] == "5850");
}

TEST_CASE("blast-send --resend-unconfirmed asks first: it says how many, and what the risk is") {
    Sending sending(deaf_to(2));
    send_in_doubt(sending, 5, 2);
    const auto resend = [&](const std::string& answer) {
        TerminalProcess process(
            {"blast-send", "--resume", "latest", "--resend-unconfirmed"}, sending.environment, {});
        const std::string asked = process.wait_for("?");
        CHECK(asked.find("2 recipient(s)") != std::string::npos);
        CHECK(asked.find("twice") != std::string::npos);
        process.type(answer + "\r");
        return process.wait();
    };
    CHECK(resend("n").exit_code == 2);
    CHECK(sending.gateway.accepted() == 5);
    CHECK(sending.count("blast_outbox WHERE state = 'UNCONFIRMED'") == "2");
    CHECK(resend("y").exit_code == 0);
    CHECK(sending.gateway.accepted() == 7);
    CHECK(sending.count("blast_recipients") == "5");
}

TEST_CASE("What this host kept in a file is recorded before anything is resent") {
    Sending sending(deaf_to(1));
    send_in_doubt(sending, 3, 1);
    const std::string id = sending.database.value("SELECT id FROM blasts");
    const std::string doubtful = sending.database.value(
        "SELECT id || ' ' || attempt_id || ' ' || phone_number FROM blast_outbox");
    const std::string row = doubtful.substr(0, doubtful.find(' '));
    const std::string attempt = doubtful.substr(doubtful.find(' ') + 1, 36);
    const std::string phone = doubtful.substr(doubtful.rfind(' ') + 1);
    std::string message_id;
    for (const auto& entry : sending.gateway.journal()) {
        if (entry.to == phone)
            message_id = entry.id;
    }
    // As a run leaves it whose answers came while the database was away.
    const std::string folder = sending.folder.path() + "/blast";
    const std::string file = folder + '/' + id + '-' + attempt + ".jsonl";
    std::filesystem::create_directories(folder);
    std::ofstream(file) << json{{"outcome", "accepted"},    {"id", std::stoll(row)},
                                {"attempt", attempt},       {"device", "5850"},
                                {"message_id", message_id}, {"data", ""},
                                {"jid_phone", ""}}
                               .dump()
                        << "\n{\"outcome\":\"acc"; // and then the disk was full
    const ProcessResult resumed =
        sending.send({"--resume", id, "--resend-unconfirmed", "--yes", "--format", "json"});
    INFO(resumed.err);
    CHECK(resumed.exit_code == 0);
    CHECK(resumed.err.find(file) != std::string::npos);
    CHECK(json::parse(resumed.out)["sent"] == 3);
    CHECK(sending.gateway.accepted() == 3); // nobody twice
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(
        sending.database.value(
            "SELECT message_id FROM blast_recipients WHERE phone_number = '" + phone + "'") ==
        message_id);
}

TEST_CASE("cancel drops what is queued, and resolve takes a person's word for who is in doubt") {
    Sending sending(deaf_to(2));
    const std::string csv = sending.folder.write("people.csv", csv_of(6));
    REQUIRE(
        sending
            .send(
                {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes",
                 "--daily-cap", "4"})
            .exit_code == 4);
    const std::string id = sending.database.value("SELECT id FROM blasts");
    const auto admin = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "blast-admin");
        const ProcessResult result = blast::test::run(arguments, sending.environment);
        INFO(result.err);
        CHECK(result.exit_code == 0);
    };
    REQUIRE(sending.count("blast_outbox WHERE state = 'UNCONFIRMED'") == "2");
    const auto phone = [&] {
        return sending.database.value(
            "SELECT min(phone_number) FROM blast_outbox WHERE state = 'UNCONFIRMED'");
    };
    admin({"resolve", id, phone(), "sent"});
    const std::string unsent = phone();
    admin({"resolve", id, unsent, "unsent"});
    CHECK(sending.count("blast_outbox WHERE state = 'QUEUED'") == "3");
    admin({"cancel", id, "--yes"});
    CHECK(sending.count("blast_outbox WHERE state = 'DROPPED'") == "4");
    const ProcessResult resumed = sending.send({"--resume", id, "--format", "json"});
    CHECK(resumed.exit_code == 0);
    CHECK(json::parse(resumed.out)["dropped"] == 4);
    CHECK(sending.gateway.accepted() == 4);
}
