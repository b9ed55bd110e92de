#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

using blast::test::csv_of;
using blast::test::Environment;
using blast::test::is_one_line;
using blast::test::JournalEntry;
using blast::test::phones;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::two_people;
using nlohmann::json;

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
        {with_csv(good), {{"DATABASE_URL", "postgresql://u:s3cret@s3cret@h/x"}}, 2, "%40"},
        {with_csv(good), {{"DATABASE_URL", "postgresql://u:1/s3cret@h/x"}}, 2, "%2F"},
        {with_csv(good), {{"DATABASE_URL", "postgres://u:s3cret?a@h/x"}}, 2, "%3F"},
        {with_csv(good), {{"DATABASE_URL", "postgresql://u:a@s3cret:s3cret@h"}}, 2, "%3A"},
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
    std::set<std::string> texts;
    for (const JournalEntry& entry : journal)
        texts.insert(entry.text);
    CHECK(texts == std::set<std::string>{"Hi Ali", "Hi Mei"});
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

TEST_CASE("Variants split the audience evenly, and in the same way in whatever order it comes") {
    Sending sending;
    const std::string csv = csv_of(51);
    std::vector<std::string> lines;
    for (std::size_t at = csv.find('\n') + 1; at < csv.size(); at = csv.find('\n', at) + 1)
        lines.push_back(csv.substr(at, csv.find('\n', at) + 1 - at));
    std::string reversed = "name,phone\n";
    std::reverse(lines.begin(), lines.end());
    for (const std::string& line : lines)
        reversed += line;
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
