#include "support/process.hpp"
#include "support/simulator.hpp"
#include "support/temporary_database.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <set>

using blast::test::Environment;
using blast::test::JournalEntry;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using nlohmann::json;

namespace {

constexpr const char* two_people = "Name,Phone\nAli,012-345 6789\nSiti,+60 13 345 6789\n";

/// A database, a gateway and a folder of a test's own, and blast-send over them.
struct Sending {
    explicit Sending(std::vector<std::string> simulator = {"--token", "t0ken", "--device", "5850"})
        : gateway(std::move(simulator)) {
        environment = {{"DATABASE_URL", database.url()},  {"WSAPME_USER_TOKEN", "t0ken"},
                       {"WSAPME_DEVICE", "5850"},         {"WSAPME_API_URL", gateway.url()},
                       {"BLAST_TIMEZONE", "UTC"},         {"BLAST_REGION", "MY"},
                       {"XDG_STATE_HOME", folder.path()}, {"XDG_CONFIG_HOME", folder.path()}};
    }

    ProcessResult send(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), "blast-send");
        return blast::test::run(arguments, environment, input);
    }

    std::string count(const std::string& table) {
        return database.value("SELECT count(*) FROM " + table);
    }

    TemporaryDatabase database;
    Simulator gateway;
    TemporaryFolder folder;
    Environment environment;
};

bool is_one_line(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

std::string recipients(int count) {
    std::string csv = "name,phone\n";
    for (int i = 0; i < count; ++i)
        csv += "Person " + std::to_string(i) + ",+6012" + std::to_string(3'000'000 + i) + "\n";
    return csv;
}

std::set<std::string> phones(const std::vector<JournalEntry>& journal) {
    std::set<std::string> seen;
    for (const JournalEntry& entry : journal)
        seen.insert(entry.to);
    return seen;
}

} // namespace

TEST_CASE("blast-send sends each recipient its own message and records each message id") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "Hi {{name}} & co!", "--tag", "raya", "--rate", "max", "--yes",
         "--format", "json"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    const json summary = json::parse(result.out);
    CHECK(summary["tag"] == "raya");
    CHECK(summary["stage"] == "Initial");
    CHECK(summary["recipients"] == 2);
    CHECK(summary["sent"] == 2);
    CHECK(summary["skipped"] == json{{"invalid", 0}, {"duplicate", 0}, {"opted_out", 0}});

    auto journal = sending.gateway.journal();
    std::sort(
        journal.begin(), journal.end(), [](const auto& a, const auto& b) { return a.to < b.to; });
    REQUIRE(journal.size() == 2);
    CHECK(journal[0].to == "+60123456789");
    CHECK(journal[0].text == "Hi Ali & co!");
    CHECK(journal[1].text == "Hi Siti & co!");
    for (const JournalEntry& entry : journal)
        CHECK(
            sending.database.value(
                "SELECT message_id FROM blast_recipients WHERE phone_number = '" + entry.to +
                "'") == entry.id);
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(
        sending.database.value(
            "SELECT count(*) FROM status_history WHERE status = 'PENDING' AND source = 'send'") ==
        "2");
    CHECK(
        sending.database.value(
            "SELECT variables->>'Name' FROM blast_recipients ORDER BY id LIMIT 1") == "Ali");
    CHECK(sending.database.value("SELECT total_recipients FROM blasts") == "2");
}

TEST_CASE("blast-send refuses what is wrong in one line, and nothing is sent or changed") {
    Sending sending;
    const auto file = [&](const char* name, const std::string& text) {
        return sending.folder.write(name, text);
    };
    const std::string good = file("good.csv", two_people);
    struct Wrong {
        std::vector<std::string> arguments;
        Environment environment;
        int exit_code;
        std::string says;
    };
    const std::vector<std::string> rest{"--message", "Hi {{name}}", "--tag", "t", "--yes"};
    const auto with_csv = [&](const std::string& csv) {
        std::vector<std::string> arguments{"--csv", csv};
        arguments.insert(arguments.end(), rest.begin(), rest.end());
        return arguments;
    };
    const std::vector<Wrong> table{
        {{}, {}, 2, "--csv"},
        {with_csv("/nowhere.csv"), {}, 2, "nowhere.csv"},
        {with_csv(sending.folder.path()), {}, 2, "Is a directory"},
        {with_csv(file("none.csv", "")), {}, 2, "none.csv"},
        {with_csv(file("header.csv", "name,phone\n")), {}, 2, "no recipient"},
        {with_csv(file("column.csv", "name,fone\nAli,0123456789\n")), {}, 2, "fone"},
        {with_csv(file("quote.csv", "name,phone\n\"Ali,0123456789\n")), {}, 2, "quote.csv:2"},
        {{"--csv", good, "--message", "Hi {{nme}}", "--tag", "t", "--yes"}, {}, 2, "nme"},
        {{"--csv", good, "--message", "Hi {{name", "--tag", "t", "--yes"}, {}, 2, "--message"},
        {{"--csv", good, "--message-file", "/nowhere.txt", "--tag", "t", "--yes"},
         {},
         2,
         "nowhere.txt"},
        {{"--csv", good, "--tag", "t", "--yes"}, {}, 2, "--message"},
        {{"--csv", good, "--message", "x", "--yes"}, {}, 2, "--tag"},
        {{"--csv", good, "--message", "x", "--tag", "t"}, {}, 2, "--yes"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--rate", "fast"}, {}, 2, "fast"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--rate", "0/s"}, {}, 2, "0/s"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--jitter", "101"}, {}, 2, "101"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--concurrency", "0"},
         {},
         2,
         "--concurrency"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--timeout", "soon"},
         {},
         2,
         "soon"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--window", "9-18"},
         {},
         2,
         "9-18"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--at", "later"}, {}, 2, "later"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--resume", "1"},
         {},
         2,
         "--resume"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--retry-failed"},
         {},
         2,
         "--retry-failed"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yes", "--rejects", "r.csv"},
         {},
         2,
         "--skip-invalid"},
        {{"--csv", good, "--message", "x", "--tag", "t", "--yse"}, {}, 2, "--yes"},
        {{"--resume", "77"}, {}, 2, "77"},
        {{"--resume", "latest"}, {}, 2, "no blast"},
        {{"--resume", "soon"}, {}, 2, "soon"},
        {with_csv(good), {{"DATABASE_URL", ""}}, 2, "DATABASE_URL"},
        {with_csv(good), {{"WSAPME_USER_TOKEN", ""}}, 2, "WSAPME_USER_TOKEN"},
        {with_csv(good), {{"WSAPME_DEVICE", ""}}, 2, "device"},
        {with_csv(good), {{"WSAPME_API_URL", "http://example.com"}}, 2, "https"},
        {with_csv(good), {{"BLAST_REGION", "XX"}}, 2, "XX"},
        {with_csv(good), {{"BLAST_TIMEZONE", "Mars/Base"}}, 2, "Mars/Base"},
        {with_csv(good), {{"DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:1/x"}}, 3, "database"},
        {with_csv(good), {{"WSAPME_API_URL", "http://127.0.0.1:1"}}, 3, "gateway"},
        {with_csv(good), {{"WSAPME_USER_TOKEN", "wrong"}}, 3, "token"}};
    for (const Wrong& wrong : table) {
        Environment environment = sending.environment;
        for (const auto& [name, value] : wrong.environment)
            environment[name] = value;
        std::vector<std::string> command{"blast-send"};
        command.insert(command.end(), wrong.arguments.begin(), wrong.arguments.end());
        const ProcessResult result = blast::test::run(command, environment);
        INFO("expected to be told of: " << wrong.says << "\nstderr: " << result.err);
        CHECK(result.exit_code == wrong.exit_code);
        CHECK(result.out.empty());
        CHECK(is_one_line(result.err));
        CHECK(result.err.rfind("blast-send: ", 0) == 0);
        CHECK(result.err.find(wrong.says) != std::string::npos);
        CHECK(result.err.find("s3cret") == std::string::npos);
    }
    CHECK(sending.gateway.accepted() == 0);
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
}

TEST_CASE("blast-send lists each bad row with its line and reason, and sends nothing") {
    Sending sending;
    const std::string csv = sending.folder.write(
        "bad.csv",
        "name,phone\nAli,0123456789\nBad,123\nRagged\nExcel,6.01E+10\nLatin,\xE9\nSiti,+60133456789\n");
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--yes"});
    CHECK(result.exit_code == 2);
    for (const char* line : {"bad.csv:3: ", "bad.csv:4: ", "bad.csv:5: ", "bad.csv:6: "})
        CHECK(result.err.find(line) != std::string::npos);
    CHECK(result.err.find("text") != std::string::npos); // the advice for what Excel did
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.gateway.accepted() == 0);

    const std::string rejects = sending.folder.path() + "/rejects.csv";
    const ProcessResult skipped = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--yes", "--skip-invalid", "--rejects",
         rejects, "--rate", "max", "--format", "json"});
    INFO(skipped.err);
    CHECK(skipped.exit_code == 0);
    CHECK(json::parse(skipped.out)["skipped"]["invalid"] == 4);
    CHECK(sending.gateway.accepted() == 2);
    const std::string left_out = blast::test::read_file(rejects);
    CHECK(left_out.rfind("name,phone,reason\n", 0) == 0);
    CHECK(std::count(left_out.begin(), left_out.end(), '\n') == 5);
}

TEST_CASE("blast-send sends once to a number that comes twice, and never to who has opted out") {
    Sending sending;
    sending.database.query(
        "INSERT INTO opt_outs (phone_number, source) VALUES ('+60133456789', 'manual')");
    const ProcessResult result = sending.send(
        {"--csv", "-", "--message", "Hi {{Name}}", "--tag", "t", "--rate", "max", "--yes",
         "--format", "json"},
        "Name;No_Telefon\nAli;0123456789\nSiti;0133456789\nAli again;+60 12-345 6789\nMei;019-876 5432\n");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    const json summary = json::parse(result.out);
    CHECK(summary["recipients"] == 2);
    CHECK(summary["skipped"] == json{{"invalid", 0}, {"duplicate", 1}, {"opted_out", 1}});
    const auto journal = sending.gateway.journal();
    CHECK(phones(journal) == std::set<std::string>{"+60123456789", "+60198765432"});
    CHECK(journal.size() == 2);
    CHECK(std::any_of(
        journal.begin(), journal.end(), [](const auto& entry) { return entry.text == "Hi Ali"; }));
}

TEST_CASE("A tag and stage that a blast has are refused, naming it, unless --again") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const std::vector<std::string> call{"--csv",  csv,   "--message", "x",        "--tag", "t",
                                        "--rate", "max", "--yes",     "--format", "json"};
    const ProcessResult first = sending.send(call);
    REQUIRE(first.exit_code == 0);
    const std::string id = json::parse(first.out)["blast_id"].dump();
    const ProcessResult twin = sending.send(call);
    CHECK(twin.exit_code == 2);
    CHECK(twin.err.find("blast " + id) != std::string::npos);
    CHECK(twin.err.find("--resume " + id) != std::string::npos);
    CHECK(sending.gateway.accepted() == 2);
    auto again = call;
    again.emplace_back("--again");
    CHECK(sending.send(again).exit_code == 0);
    CHECK(sending.gateway.accepted() == 4);
    auto staged = call;
    staged.insert(staged.end(), {"--stage", "Follow-up 1"});
    CHECK(sending.send(staged).exit_code == 0);
}

TEST_CASE("--dry-run counts and shows messages, and changes nothing") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "Hi {{name}}", "--tag", "t", "--dry-run"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out.find("Hi Ali") != std::string::npos);
    CHECK(result.out.find("Hi Siti") != std::string::npos);
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("--test sends the first row's message to one phone and records no blast") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "Hi {{name}}", "--test", "019-876 5432"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    const auto journal = sending.gateway.journal();
    REQUIRE(journal.size() == 1);
    CHECK(journal[0].to == "+60198765432");
    CHECK(journal[0].text == "Hi Ali");
    CHECK(sending.count("blasts") == "0");
}

TEST_CASE("Variants split the audience evenly, and in the same way in whatever order it comes") {
    Sending sending;
    const std::string csv = recipients(51);
    std::vector<std::string> lines;
    for (std::size_t at = csv.find('\n') + 1; at < csv.size(); at = csv.find('\n', at) + 1)
        lines.push_back(csv.substr(at, csv.find('\n', at) + 1 - at));
    std::string reversed = "name,phone\n";
    for (auto line = lines.rbegin(); line != lines.rend(); ++line)
        reversed += *line;
    const std::vector<std::string> call{"--csv", "-", "--message", "A",      "--message", "B",
                                        "--tag", "t", "--again",   "--rate", "max",       "--yes"};
    REQUIRE(sending.send(call, csv).exit_code == 0);
    REQUIRE(sending.send(call, reversed).exit_code == 0);
    std::map<std::string, std::set<std::string>> texts;
    std::map<std::string, int> halves;
    for (const JournalEntry& entry : sending.gateway.journal()) {
        texts[entry.to].insert(entry.text);
        ++halves[entry.text];
    }
    CHECK(texts.size() == 51);
    for (const auto& [phone, variants] : texts)
        CHECK(variants.size() == 1);
    CHECK(std::abs(halves["A"] - halves["B"]) == 2);
}

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
    "SIGINT stops cleanly and says how to resume; --due leaves the blast alone, --resume ends it") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", recipients(40));
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
    const std::string csv = sending.folder.write("people.csv", recipients(40));
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
    const std::string csv = sending.folder.write("people.csv", recipients(10));
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
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("What the gateway refuses is FAILED and can be retried; the exit status tells") {
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
    const std::string csv = sending.folder.write("people.csv", recipients(60));
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
    const std::string csv = sending.folder.write("people.csv", recipients(12));
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
    const std::string csv = sending.folder.write("people.csv", recipients(10));
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
