#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_database.hpp"
#include "support/terminal_process.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

using blast::test::Contains;
using blast::test::Environment;
using blast::test::ProcessResult;
using blast::test::read_file;
using blast::test::run;
using blast::test::StartsWith;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::TerminalProcess;
using Json = nlohmann::ordered_json;

namespace {

/// blast-report on a database of its own, in Kuala Lumpur, with nothing of this machine's settings.
class Analyst {
public:
    Environment environment(const Environment& more = {}) const {
        Environment environment{
            {"DATABASE_URL", database_.url()},
            {"BLAST_TIMEZONE", "Asia/Kuala_Lumpur"},
            {"HOME", folder.path()},
            {"XDG_CONFIG_HOME", ""},
            {"LANG", "C.UTF-8"},
            {"LC_ALL", ""},
            {"COLUMNS", ""},
            {"NO_COLOR", ""}};
        for (const auto& [name, value] : more) {
            environment[name] = value;
        }
        return environment;
    }

    ProcessResult
    report(const std::vector<std::string>& arguments, const Environment& more = {}) const {
        std::vector<std::string> command{"blast-report"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run(command, environment(more));
    }

    std::string out(const std::vector<std::string>& arguments) const {
        const ProcessResult result = report(arguments);
        INFO(result.err);
        CHECK(result.exit_code == 0);
        return result.out;
    }

    TemporaryDatabase& database() { return database_; }

    void add_blast(int recipients) {
        database_.query(
            "INSERT INTO blasts (id, blast_tag, blast_date, total_recipients, messages, devices) VALUES "
            "(1, 'raya-2026', '2026-11-22 14:28+08', " +
            std::to_string(recipients) +
            ", '[\"Hi\"]', '{5850}');"
            "INSERT INTO blast_counters (blast_id, slot, delivery_ack) VALUES (1, 0, " +
            std::to_string(recipients) +
            ");"
            "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, status, message_timestamp, accepted_at, "
            "device, variables) "
            "SELECT 1, i, '+6012' || (3000000 + i), 'id-' || i, 'DELIVERY_ACK', 1795328880, to_timestamp(1795328880), '5850', "
            "jsonb_build_object('no hp', '012-' || (3000000 + i), 'name', 'Person ' || i) "
            "FROM generate_series(1, " +
            std::to_string(recipients) + ") i");
    }

    const TemporaryFolder folder;

private:
    TemporaryDatabase database_;
};

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE("an empty database has an empty list and no latest blast") {
    const Analyst analyst;
    CHECK(analyst.out({"--list", "--format", "json"}) == "[]\n");
    CHECK(analyst.out({"--list"}).empty());
    const ProcessResult latest = analyst.report({});
    CHECK(latest.exit_code == 2);
    CHECK(latest.err == "blast-report: there is no blast yet: send one with blast-send\n");
    CHECK(latest.out.empty());
}

TEST_CASE("the report of a blast stands on standard output alone, plain where it is piped") {
    Analyst analyst;
    analyst.add_blast(250);
    const ProcessResult result = analyst.report({"1"});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK_THAT(result.out, StartsWith("raya-2026 / Initial"));
    CHECK_THAT(result.out, Contains("blast 1, 2026-11-22 14:28"));
    CHECK_THAT(result.out, !Contains("\x1b"));
    const bool is_ascii = std::all_of(result.out.begin(), result.out.end(), [](char c) {
        return static_cast<unsigned char>(c) < 128;
    });
    CHECK(is_ascii);
    const Json document = Json::parse(analyst.out({"latest", "--format", "json"}));
    CHECK(document["funnel"]["received"] == 250);
    CHECK(document["blast_date"] == "2026-11-22T14:28:00+08:00");
}

TEST_CASE("COLUMNS says how wide the picture is") {
    Analyst analyst;
    analyst.add_blast(1);
    const std::string out = analyst.report({"1"}, {{"COLUMNS", "120"}}).out;
    CHECK(out.find('\n') == 120);
}

TEST_CASE("filters without a match are zeros, and say so on standard error") {
    Analyst analyst;
    analyst.add_blast(3);
    const ProcessResult result = analyst.report({"--tag", "no such", "--format", "json"});
    CHECK(result.exit_code == 0);
    CHECK(Json::parse(result.out)["blasts"] == 0);
    CHECK(result.err == "blast-report: no blast matches\n");
    CHECK(analyst.report({"--tag", "no such", "--format", "json", "--quiet"}).err.empty());
    CHECK(Json::parse(analyst.out({"--tag", "raya-2026", "--format", "json"}))["recipients"] == 3);
}

TEST_CASE("a blast that does not exist, or does not match, is bad input") {
    Analyst analyst;
    analyst.add_blast(3);
    CHECK(
        analyst.report({"7"}).err ==
        "blast-report: there is no blast 7: blast-report --list shows what there is\n");
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"7"},
          {"7", "--stuck", "PENDING"},
          {"7", "--recipients"},
          {"--compare", "1,7"},
          {"--compare", "1"},
          {"1", "--tag", "other"},
          {"latest", "--tag", "other"}}) {
        const ProcessResult result = analyst.report(arguments);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK(lines(result.err) == 1);
    }
}

TEST_CASE("lists longer than a page are whole, in every format") {
    Analyst analyst;
    constexpr int recipients = 10'003;
    analyst.add_blast(recipients);
    CHECK(
        Json::parse(analyst.out({"1", "--stuck", "DELIVERY_ACK", "--format", "json"})).size() ==
        recipients);
    const std::string csv = analyst.out({"1", "--stuck", "DELIVERY_ACK", "--format", "csv"});
    CHECK(lines(csv) == recipients + 1);
    CHECK_THAT(
        csv,
        StartsWith("phone,name,status,sent_at,device,reason\n+60123000001,Person 1,DELIVERY_ACK,"));
    CHECK_THAT(csv, Contains("\n+60123010003,Person 10003,DELIVERY_ACK,"));
    CHECK(lines(analyst.out({"1", "--stuck", "DELIVERY_ACK"})) == recipients + 1);
    CHECK(Json::parse(analyst.out({"1", "--recipients", "--format", "json"})).size() == recipients);
}

TEST_CASE("nobody stuck is an empty list") {
    Analyst analyst;
    analyst.add_blast(3);
    const ProcessResult result = analyst.report({"1", "--stuck", "FAILED", "--format", "json"});
    CHECK(result.exit_code == 0);
    CHECK(result.out == "[]\n");
    CHECK(result.err == "blast-report: nobody of blast 1 is FAILED\n");
}

TEST_CASE("a reader that goes away early ends the list quietly") {
    Analyst analyst;
    analyst.add_blast(10'000);
    const ProcessResult result =
        run({"/bin/sh", "-c", "\"$0\" 1 --stuck DELIVERY_ACK --format csv | head -n 1",
             blast::test::executable_path("blast-report")},
            {{"DATABASE_URL", analyst.database().url()}});
    CHECK(lines(result.out) == 1);
    CHECK(result.err.empty());
}

TEST_CASE(
    "blast-report --output writes the file whole, and leaves the old one when there is no report") {
    Analyst analyst;
    analyst.add_blast(3);
    const std::string path = analyst.folder.path() + "/funnel.html";
    CHECK(analyst.out({"1", "--format", "html", "--output", path}).empty());
    CHECK_THAT(read_file(path), StartsWith("<!DOCTYPE html>"));
    const std::string before = read_file(path);
    CHECK(analyst.report({"7", "--format", "html", "--output", path}).exit_code == 2);
    CHECK(read_file(path) == before);
    const auto entries = std::distance(
        std::filesystem::directory_iterator(analyst.folder.path()),
        std::filesystem::directory_iterator());
    CHECK(entries == 1);
    const ProcessResult folder = analyst.report({"1", "--output", analyst.folder.path()});
    CHECK(folder.exit_code == 2);
    CHECK_THAT(folder.err, Contains("Is a directory"));
}

TEST_CASE("a full disk is not taken for a report") {
    Analyst analyst;
    analyst.add_blast(3);
    CHECK(analyst.report({"1", "--format", "csv", "--output", "/dev/full"}).exit_code == 2);
}

TEST_CASE("a database that cannot be used is exit 3 and one line") {
    const Analyst analyst;
    const auto no_schema = TemporaryDatabase::without_schema();
    const ProcessResult missing = analyst.report({"--list"}, {{"DATABASE_URL", no_schema->url()}});
    CHECK(missing.exit_code == 3);
    CHECK(
        missing.err ==
        "blast-report: the database has no blast schema: run 'blast-admin migrate'\n");
    const ProcessResult nobody =
        analyst.report({"--list"}, {{"DATABASE_URL", "postgresql://user:sesame@127.0.0.1:1/x"}});
    CHECK(nobody.exit_code == 3);
    CHECK(lines(nobody.err) == 1);
    CHECK_THAT(nobody.err, !Contains("sesame"));
    CHECK(analyst.report({"--list"}, {{"DATABASE_URL", ""}}).exit_code == 2);
}

TEST_CASE("blast-report starts fast: it loads neither libphonenumber nor libcurl") {
    const ProcessResult libraries =
        run({"/usr/bin/ldd", blast::test::executable_path("blast-report")});
    CHECK(libraries.exit_code == 0);
    CHECK_THAT(libraries.out, Contains("libpq"));
    CHECK_THAT(libraries.out, !Contains("libphonenumber"));
    CHECK_THAT(libraries.out, !Contains("libcurl"));
}

TEST_CASE("in a terminal the funnel has blocks and colours and fits the width") {
    Analyst analyst;
    analyst.add_blast(250);
    TerminalProcess terminal({"blast-report", "1"}, analyst.environment(), {100, 24});
    const ProcessResult result = terminal.wait();
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.out, Contains("█"));
    CHECK_THAT(result.out, Contains("\x1b[34m"));
    TerminalProcess plain(
        {"blast-report", "1"}, analyst.environment({{"NO_COLOR", "1"}}), {100, 24});
    const std::string out = plain.wait().out;
    CHECK_THAT(out, !Contains("\x1b"));
    CHECK(out.find('\r') == 100);
}

TEST_CASE("in a terminal that knows no UTF-8 or no colours the funnel is plain") {
    Analyst analyst;
    analyst.add_blast(250);
    TerminalProcess latin({"blast-report", "1"}, analyst.environment({{"LANG", "C"}}), {});
    CHECK_THAT(latin.wait().out, Contains("####") && !Contains("█"));
    TerminalProcess dumb({"blast-report", "1"}, analyst.environment({{"TERM", "dumb"}}), {});
    CHECK_THAT(dumb.wait().out, Contains("####") && !Contains("\x1b"));
}

TEST_CASE(
    "blast-report --watch redraws what changed until Ctrl-C, and gives the cursor back",
    "[alone]") {
    Analyst analyst;
    analyst.add_blast(250);
    TerminalProcess terminal(
        {"blast-report", "1", "--watch"}, analyst.environment({{"NO_COLOR", "1"}}), {80, 24});
    CHECK_THAT(terminal.wait_for("DELIVERY_ACK"), StartsWith("\x1b[?25l"));
    analyst.database().query("UPDATE blast_counters SET delivery_ack = 50, replied = 200");
    terminal.wait_for("80.0%");
    terminal.type("\x03");
    const ProcessResult result = terminal.wait();
    CHECK(result.exit_code == 130);
    CHECK(result.out.rfind("\x1b[?25h") == result.out.size() - std::string("\x1b[?25h").size());
}

TEST_CASE("blast-report --watch goes on over a new connection when its own is lost") {
    Analyst analyst;
    analyst.add_blast(250);
    TerminalProcess terminal(
        {"blast-report", "1", "--watch"}, analyst.environment({{"NO_COLOR", "1"}}), {80, 24});
    terminal.wait_for("DELIVERY_ACK");
    analyst.database().query("UPDATE blast_counters SET delivery_ack = 50, replied = 200;"
                             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                             "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    terminal.wait_for("80.0%");
    terminal.type("\x03");
    CHECK(terminal.wait().exit_code == 130);
}
