#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::is_one_line;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::two_people;
using nlohmann::json;

TEST_CASE(
    "blast-send --dry-run counts and shows messages, changes nothing, and takes no blast's number") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const std::vector<std::string> call{
        "--csv",       csv, "--message", "Hi {{name}}",          "--tag",    "t", "--rate", "1/m",
        "--daily-cap", "1", "--at",      "2199-01-01T00:00:00Z", "--dry-run"};
    const ProcessResult shown = sending.send(call);
    INFO(shown.err);
    CHECK(shown.exit_code == 0);
    CHECK(shown.out.find("Hi Ali") != std::string::npos);
    CHECK(shown.out.find("Hi Siti") != std::string::npos);
    CHECK(shown.out.find("about 2m 00s, over at least 2 days by the cap") != std::string::npos);
    CHECK(shown.out.find("2199-01-01 00:00") != std::string::npos);
    auto as_json = call;
    as_json.insert(as_json.end(), {"--format", "json"});
    CHECK(
        sending.send(as_json).out ==
        R"({"dry_run":true,"tag":"t","stage":"Initial","recipients":2,)"
        R"("skipped":{"invalid":0,"duplicate":0,"opted_out":0},)"
        R"("scheduled_at":"2199-01-01T00:00:00+00:00","takes_seconds":120.0,"takes_days":2,)"
        R"("messages":[{"to":"+60123456789","message":"Hi Ali"},{"to":"+60133456789","message":"Hi Siti"}]})"
        "\n");
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(sending.gateway.accepted() == 0);
    REQUIRE(
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"})
            .exit_code == 0);
    CHECK(sending.database.value("SELECT id FROM blasts") == "1");
}

TEST_CASE("blast-send --dry-run of a follow-up has the tag of the blast that it follows") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    REQUIRE(
        sending.send({"--csv", csv, "--message", "x", "--tag", "raya", "--rate", "max", "--yes"})
            .exit_code == 0);
    const ProcessResult result = sending.send(
        {"--from-blast", "1", "--stuck", "PENDING", "--message", "x", "--stage", "Follow-up 1",
         "--dry-run", "--format", "json"});
    INFO(result.err);
    const json document = json::parse(result.out);
    CHECK(document["tag"] == "raya");
    CHECK(document["stage"] == "Follow-up 1");
    CHECK(document["recipients"] == 2);
}

TEST_CASE("blast-send --test sends the first row's message to one phone and records no blast") {
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

TEST_CASE("blast-send --test does not write to a phone that has opted out") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    sending.database.query(
        "INSERT INTO opt_outs (phone_number, source) VALUES ('+60198765432', 'manual')");
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "Hi {{name}}", "--test", "019-876 5432"});
    CHECK(result.exit_code == 2);
    CHECK(is_one_line(result.err));
    CHECK(result.err.find("'+6019***5432' has opted out") != std::string::npos);
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("What is wrong with the rows is told before the missing --yes") {
    Sending sending;
    const std::string bad = sending.folder.write("bad.csv", "name,phone\nAli,12\n");
    const ProcessResult wrong = sending.send({"--csv", bad, "--message", "x", "--tag", "t"});
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.err.find("bad.csv:2: \"12\": too short") != std::string::npos);
    const std::string good = sending.folder.write("good.csv", two_people);
    const ProcessResult asks = sending.send({"--csv", good, "--message", "x", "--tag", "t"});
    CHECK(asks.exit_code == 2);
    CHECK(is_one_line(asks.err));
    CHECK(asks.err.find("Send 2 message(s), about 2s?") != std::string::npos);
    CHECK(asks.err.find("--yes") != std::string::npos);
    CHECK(sending.count("blasts") == "0");
}

TEST_CASE("The question before sending says who is left out, and why") {
    Sending sending;
    sending.database.query(
        "INSERT INTO opt_outs (phone_number, source) VALUES ('+60123456780', 'manual')");
    const std::string csv = sending.folder.write(
        "people.csv",
        std::string(two_people) + "Ali again,0123456789\nNo,12\nNeither,abc\nGone,0123456780\n");
    const ProcessResult asks =
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--skip-invalid"});
    CHECK(asks.exit_code == 2);
    CHECK_THAT(
        asks.err,
        Contains("Send 2 message(s) (2 invalid, 1 duplicate, 1 opted out left out), about 2s?"));
    CHECK(sending.count("blasts") == "0");
}

TEST_CASE("A dry run warns of hours and a time at which nothing could be sent") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    std::vector<std::string> call{"--csv", csv, "--message", "x", "--tag", "t", "--dry-run"};
    CHECK(sending.send(call).err.empty());
    call.insert(
        call.end(),
        {"--at", "2199-01-01T08:00:00Z", "--window", "09:00-18:00", "--format", "json"});
    const ProcessResult closed = sending.send(call);
    CHECK(closed.exit_code == 0);
    CHECK(json::parse(closed.out)["recipients"] == 2);
    CHECK(is_one_line(closed.err));
    CHECK_THAT(
        closed.err, Contains("warning: --window 09:00-18:00 is closed then: `blast-send --due` "
                             "would send from 2199-01-01T09:00:00+00:00 on"));
    call[8] = "2001-01-01T08:00:00Z";
    call[10] = "00:00-00:00";
    const ProcessResult passed = sending.send(call);
    CHECK(passed.exit_code == 0);
    CHECK_THAT(passed.err, Contains("--at 2001-01-01T08:00:00+00:00 has passed"));
    CHECK(is_one_line(passed.err));
}

TEST_CASE("A file that is refused takes no blast's number") {
    Sending sending;
    const std::string good = sending.folder.write("good.csv", two_people);
    for (const char* const rows : {"name,phone\n", "name,phone\nAli,0123456789\nSiti,12\n"}) {
        const std::string bad = sending.folder.write("bad.csv", rows);
        CHECK(sending.send({"--csv", bad, "--message", "x", "--tag", "t", "--yes"}).exit_code == 2);
    }
    REQUIRE(
        sending.send({"--csv", good, "--message", "x", "--tag", "t", "--rate", "max", "--yes"})
            .exit_code == 0);
    CHECK(sending.database.value("SELECT id FROM blasts") == "1");
}

TEST_CASE("A file with bad rows alone has no recipient, also with --skip-invalid") {
    Sending sending;
    const std::string csv = sending.folder.write("bad.csv", "name,phone\nAli,12\nSiti,abc\n");
    const ProcessResult result =
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--yes", "--skip-invalid"});
    CHECK(result.exit_code == 2);
    CHECK(is_one_line(result.err));
    CHECK(result.err.find("all 2 rows cannot be sent to") != std::string::npos);
    CHECK(sending.count("blasts") == "0");
}

TEST_CASE("A message comes from standard input too, with one line feed for each line end") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message-file", "-", "--tag", "t", "--rate", "max", "--yes"},
        "\xEF\xBB\xBFHi {{name}},\r\n\r\nbye\r\n");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(sending.database.value("SELECT messages->>0 FROM blasts") == "Hi {{name}},\n\nbye");
    const ProcessResult both =
        sending.send({"--csv", "-", "--message-file", "-", "--tag", "u", "--yes"}, two_people);
    CHECK(both.exit_code == 2);
    CHECK(both.err.find("cannot both be standard input") != std::string::npos);
}

TEST_CASE(
    "blast-report's latest blast is that of --resume latest, whatever is scheduled for later") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(3));
    REQUIRE(
        sending
            .send(
                {"--csv", csv, "--message", "x", "--tag", "next-year", "--at",
                 "2199-01-01T00:00:00Z", "--yes"})
            .exit_code == 0);
    REQUIRE(
        sending.send({"--csv", csv, "--message", "x", "--tag", "now", "--rate", "max", "--yes"})
            .exit_code == 0);
    const auto tag = [&](const std::vector<std::string>& command) {
        return json::parse(sending.run(command).out)["tag"].get<std::string>();
    };
    CHECK(tag({"blast-send", "--resume", "latest", "--format", "json"}) == "now");
    CHECK(tag({"blast-report", "latest", "--format", "json"}) == "now");
    const json list = json::parse(sending.run({"blast-report", "--list", "--format", "json"}).out);
    CHECK(list[0]["tag"] == "now");
    CHECK(list[1]["tag"] == "next-year");
}

TEST_CASE("The lists of a blast have its CSV's columns in their order, a follow-up's too") {
    Sending sending;
    const std::string csv = sending.folder.write(
        "people.csv", "voucher,Full Name,zip,mobile,a\nX1,Ali,50000,012-345 6789,1\n");
    REQUIRE(
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"})
            .exit_code == 0);
    REQUIRE(
        sending
            .send(
                {"--from-blast", "1", "--stuck", "PENDING", "--message", "{{zip}}", "--stage",
                 "two", "--rate", "max", "--yes"})
            .exit_code == 0);
    for (const char* const blast : {"1", "2"}) {
        for (const auto& what :
             std::vector<std::vector<std::string>>{{"--stuck", "PENDING"}, {"--recipients"}}) {
            std::vector<std::string> command{"blast-report", blast, "--format", "csv"};
            command.insert(command.end(), what.begin(), what.end());
            CHECK(sending.run(command).out.rfind("phone,voucher,Full Name,zip,a,status,", 0) == 0);
        }
    }
}

TEST_CASE("blast-send --verbose tells of each message that did not get through, its phone masked") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--fault", "refused=1"});
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes", "--verbose"});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("sending 2 message(s) of blast 1"));
    CHECK_THAT(result.err, Contains("to +6012***6789: HTTP 200: Number is not registered"));
    for (const char* const secret : {"t0ken", "+60123456789", "+60133456789"})
        CHECK_THAT(result.err, !Contains(secret));
    const ProcessResult plain = sending.send({"--resume", "1", "--retry-failed", "--rate", "max"});
    CHECK(plain.exit_code == 1);
    CHECK(plain.err.empty());
}
