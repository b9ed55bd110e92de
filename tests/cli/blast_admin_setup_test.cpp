#include "support/catch.hpp"
#include "support/private_ca.hpp"
#include "support/process.hpp"
#include "support/simulator.hpp"
#include "support/temporary_database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

using namespace blast::test;

namespace {

/// Nothing of the tester's own settings.
Environment environment(const std::string& database_url) {
    return {{"DATABASE_URL", database_url}, {"WSAPME_USER_TOKEN", ""},
            {"WSAPME_DEVICE", ""},          {"WSAPME_API_URL", ""},
            {"WSAPME_CA_FILE", ""},         {"BLAST_TIMEZONE", ""},
            {"BLAST_REGION", ""},           {"XDG_CONFIG_HOME", "/nonexistent"}};
}

Environment with_gateway(const std::string& database_url, const std::string& api_url) {
    Environment variables = environment(database_url);
    variables["WSAPME_API_URL"] = api_url;
    variables["WSAPME_CA_FILE"] = simulators_ca().certificate();
    variables["WSAPME_USER_TOKEN"] = "good";
    variables["WSAPME_DEVICE"] = "5850,5851";
    return variables;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The line for a thing that check looks at.
std::string line_for(const ProcessResult& result, const std::string& name) {
    for (const std::string& line : lines_of(result.out)) {
        if (line.find("  " + name + " ") != std::string::npos) {
            return line;
        }
    }
    return "(no line for " + name + ")";
}

} // namespace

TEST_CASE("migrate creates the schema once, also when several run it together") {
    const auto database = TemporaryDatabase::without_schema();
    constexpr std::size_t together = 4;
    std::vector<std::unique_ptr<Process>> processes;
    for (std::size_t i = 0; i < together; ++i) {
        processes.push_back(std::make_unique<Process>(
            std::vector<std::string>{"blast-admin", "migrate", "--format", "json"},
            environment(database->url())));
    }
    int applied = 0;
    for (const auto& process : processes) {
        const ProcessResult result = process->wait();
        CAPTURE(result.err);
        REQUIRE(result.exit_code == 0);
        CHECK(result.err.empty());
        applied += nlohmann::json::parse(result.out).at("applied").empty() ? 0 : 1;
    }
    CHECK(applied == 1);
    CHECK(database->value("SELECT count(*) FROM blasts") == "0");
    const ProcessResult again = run({"blast-admin", "migrate"}, environment(database->url()));
    CHECK(again.exit_code == 0);
    CHECK_THAT(again.out, StartsWith("the schema is up to date, version "));
}

TEST_CASE("migrate says why it cannot: another program's table is in the way") {
    const auto database = TemporaryDatabase::without_schema();
    database->query("CREATE TABLE blasts (id integer)");
    const ProcessResult result =
        blast::test::run({"blast-admin", "migrate"}, environment(database->url()));
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.err, Contains("relation \"blasts\" already exists"));
    CHECK(lines_of(result.err).size() == 1);
    CHECK(database->value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1");
}

TEST_CASE("migrate leaves the schema of a newer version alone") {
    TemporaryDatabase database;
    database.query("INSERT INTO schema_migrations (version, name) VALUES (900, 'of the future')");
    const ProcessResult result = run({"blast-admin", "migrate"}, environment(database.url()));
    CHECK(result.exit_code == 3);
    CHECK_THAT(
        result.err, StartsWith("blast-admin: the database schema is version 900, newer than"));
    CHECK(lines_of(result.err).size() == 1);
}

TEST_CASE("check finds a good setup good, a line each") {
    TemporaryDatabase database;
    const Simulator simulator({"--token", "good", "--device", "5850", "--device", "5851"});
    const ProcessResult result =
        run({"blast-admin", "check"}, with_gateway(database.url(), simulator.url()));
    CAPTURE(result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    const std::vector<std::string> lines = lines_of(result.out);
    REQUIRE(lines.size() == 8);
    for (const std::string& line : lines) {
        CHECK_THAT(line, StartsWith("ok "));
    }
    CHECK_THAT(result.out, Contains("'5850' is known") && Contains("'5851' is known"));
    CHECK_THAT(line_for(result, "pooler"), Contains("direct"));
}

TEST_CASE("check tells each thing that is not well, and what to do") {
    TemporaryDatabase database;
    const Simulator simulator({"--token", "good", "--device", "5850"});
    Environment variables = with_gateway(database.url(), simulator.url());

    SECTION("an unknown device") {
        const ProcessResult result = run({"blast-admin", "check"}, variables);
        CHECK(result.exit_code == 3);
        CHECK_THAT(result.out, Contains("FAIL  device    the gateway says of '5851'"));
        CHECK_THAT(result.out, Contains("ok    device    '5850'"));
    }
    SECTION("a token that the gateway refuses, which is not shown") {
        variables["WSAPME_USER_TOKEN"] = "wrong-token";
        const ProcessResult result = run({"blast-admin", "check"}, variables);
        CHECK(result.exit_code == 3);
        CHECK_THAT(result.out, Contains("the gateway refuses the token: check WSAPME_USER_TOKEN"));
        CHECK_THAT(result.out + result.err, !Contains("wrong-token"));
    }
    SECTION("a gateway that cannot be reached") {
        variables["WSAPME_API_URL"] = "http://127.0.0.1:1";
        const ProcessResult result = run({"blast-admin", "check"}, variables);
        CHECK(result.exit_code == 3);
        CHECK_THAT(line_for(result, "gateway"), StartsWith("FAIL") && Contains("cannot reach"));
        CHECK_THAT(line_for(result, "database"), StartsWith("ok"));
    }
    SECTION("a gateway that is not loopback, without TLS") {
        variables["WSAPME_API_URL"] = "http://gateway.example";
        const ProcessResult result = run({"blast-admin", "check"}, variables);
        CHECK(result.exit_code == 3);
        CHECK_THAT(line_for(result, "gateway"), StartsWith("FAIL") && Contains("not https"));
    }
    SECTION("a database that cannot be reached, without its password") {
        variables["DATABASE_URL"] = "postgresql://me:hidden-word@127.0.0.1:1/blast";
        const ProcessResult result = run({"blast-admin", "check"}, variables);
        CHECK(result.exit_code == 3);
        CHECK_THAT(line_for(result, "database"), StartsWith("FAIL") && Contains("cannot connect"));
        CHECK_THAT(line_for(result, "schema"), StartsWith("FAIL"));
        CHECK_THAT(line_for(result, "gateway"), StartsWith("ok"));
        CHECK_THAT(result.out + result.err, !Contains("hidden-word"));
    }
    SECTION("settings that are missing") {
        const ProcessResult result = run({"blast-admin", "check"}, environment(""));
        CHECK(result.exit_code == 3);
        for (const char* const name :
             {"database", "durable", "schema", "pooler", "gateway", "device", "clock"}) {
            CHECK_THAT(line_for(result, name), StartsWith("FAIL"));
        }
    }
}

TEST_CASE("check finds an empty database without a schema, and says what to run") {
    const auto database = TemporaryDatabase::without_schema();
    const ProcessResult result = run({"blast-admin", "check"}, environment(database->url()));
    CHECK(result.exit_code == 3);
    CHECK_THAT(
        line_for(result, "schema"), StartsWith("FAIL") && Contains("run 'blast-admin migrate'"));
}

TEST_CASE("check as json is one document") {
    TemporaryDatabase database;
    const Simulator simulator({"--token", "good", "--device", "5850"});
    const ProcessResult result =
        run({"blast-admin", "check", "--format", "json"},
            with_gateway(database.url(), simulator.url()));
    const nlohmann::json document = nlohmann::json::parse(result.out);
    CHECK(document.at("ok") == false);
    std::vector<std::string> names;
    for (const nlohmann::json& check : document.at("checks")) {
        names.push_back(check.at("name"));
    }
    CHECK(
        names ==
        std::vector<std::string>{
            "database", "durable", "schema", "pooler", "gateway", "device", "device", "clock"});
    CHECK(document.at("checks").at(6).at("ok") == false);
}

TEST_CASE("blast-admin refuses a wrong command line with one line and exit status 2") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{}, "no command is given"},
        {{"opt-out"}, "no command is given"},
        {{"migrat"}, "did you mean 'migrate'?"},
        {{"migrate", "now"}, "unexpected argument 'now'"},
        {{"migrate", "--formt", "json"}, "did you mean '--format'?"},
        {{"migrate", "--format", "csv"}, "--format csv is for opt-out list alone"},
        {{"resolve", "1", "0123456789"}, "VERDICT"},
        {{"resolve", "1", "0123456789", "maybe"}, "'maybe' is neither sent nor unsent"},
        {{"resolve", "zero", "0123456789", "sent"}, "ID: 'zero' is not the id of a blast"},
        {{"cancel", "0"}, "ID: '0' is not the id of a blast"},
        {{"forget"}, "PHONE"},
        {{"close"}, "--csv"},
        {{"opt-out", "add"}, "PHONE"}};
    for (const auto& [arguments, words] : cases) {
        std::vector<std::string> command{"blast-admin"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const ProcessResult result = run(command, environment("postgresql://127.0.0.1:1/none"));
        CAPTURE(words, result.err);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK(lines_of(result.err).size() == 1);
        CHECK_THAT(result.err, StartsWith("blast-admin: ") && Contains(words));
    }
}

TEST_CASE("A tool without DATABASE_URL, or with one that cannot be used, says so") {
    const ProcessResult unset = run({"blast-admin", "migrate"}, environment(""));
    CHECK(unset.exit_code == 2);
    CHECK_THAT(unset.err, StartsWith("blast-admin: DATABASE_URL is not set: "));
    const ProcessResult away =
        run({"blast-admin", "migrate"}, environment("postgresql://u:hidden-word@127.0.0.1:1/d"));
    CHECK(away.exit_code == 3);
    CHECK_THAT(
        away.err,
        StartsWith("blast-admin: cannot connect to the database") && !Contains("hidden-word"));
    CHECK(lines_of(away.err).size() == 1);
}

TEST_CASE("No tool shows a piece of a DATABASE_URL that cannot be read") {
    const std::vector<std::string> urls{
        "postgresql://app:Sum%mer%2026@db.example/blast",
        "postgresql://app:Sum%00mer@db.example/blast",
        "postgresql://app:Sum@[::1]mer/blast",
        "postgresql://app:Sum@[::1mer/blast",
        "postgresql://app:Sum@mer@127.0.0.1/blast",
        "postgresql://app:1/Sum@127.0.0.1/blast",
        "postgresql://app@127.0.0.1/blast?password=Sum&mer",
        "Postgresql://app:Sum@127.0.0.1/blast",
        "postgresql//app:Sum@127.0.0.1/blast",
        " postgresql://app:Sum@127.0.0.1/blast?a=b",
        "app:Sum@127.0.0.1/blast",
        "host=127.0.0.1 user=app password=my Summer",
        "host=127.0.0.1 user=app password=my Sum=mer",
        "host=127.0.0.1 user=app password='Sum mer",
        "host=127.0.0.1 user=app password='Sum'mer' dbname=blast",
        "host=app:Sum@127.0.0.1 dbname=blast",
        "host=127.0.0.1 port=Summer",
        "host=127.0.0.1 dbname=postgresql://app:Sum@127.0.0.1/blast",
    };
    const std::vector<std::vector<std::string>> tools{
        {"blast-send", "--due"},         {"blast-poll"},
        {"blast-hook", "--ingest", "-"}, {"blast-report", "--list"},
        {"blast-admin", "migrate"},      {"blast-admin", "check"},
    };
    for (const std::string& url : urls) {
        for (const std::vector<std::string>& tool : tools) {
            const ProcessResult result = run(tool, with_gateway(url, "http://127.0.0.1:1"));
            CAPTURE(url, tool, result.out, result.err);
            CHECK_THAT(result.out + result.err, !Contains("Sum") && !Contains("mer"));
            CHECK_THAT(
                result.out + result.err,
                Contains("DATABASE_URL is not a connection string that can be understood"));
            CHECK(result.exit_code == (tool.back() == "check" ? 3 : 2));
        }
    }
}

TEST_CASE("Standard output that cannot be written is an error, a closed pipe one without words") {
    const ProcessResult full =
        run({"/bin/sh", "-c", R"(exec "$0" --help >/dev/full)", executable_path("blast-admin")});
    CHECK(full.exit_code == 3);
    CHECK_THAT(full.err, StartsWith("blast-admin: cannot write to standard output"));
    const TemporaryFolder folder;
    const ProcessResult closed = run(
        {"/bin/bash", "-c",
         R"(mkfifo "$1/pipe"; exec 3<>"$1/pipe" 4>"$1/pipe" 3>&-; exec "$0" --help >&4)",
         executable_path("blast-admin"), folder.path()});
    CHECK(closed.exit_code == 3);
    CHECK(closed.err.empty());
}

TEST_CASE("A standard stream that is closed is not taken over by a connection") {
    const TemporaryDatabase database;
    const Environment variables = environment(database.url());
    const auto without = [&](const std::string& tool, const std::string& stream) {
        return run(
            {"/bin/sh", "-c", "exec \"$@\" " + stream, "sh", executable_path(tool),
             tool == "blast-report" ? "--format=json" : "--ingest=-",
             tool == "blast-report" ? "--list" : "--quiet"},
            variables);
    };
    const ProcessResult output = without("blast-report", ">&-");
    CHECK(output.exit_code == 3);
    CHECK_THAT(output.err, Contains("blast-report: cannot write to standard output"));
    const ProcessResult input = without("blast-hook", "<&-");
    CHECK(input.exit_code == 2);
    CHECK_THAT(input.err, StartsWith("blast-hook: "));
}
