#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/private_ca.hpp"
#include "support/private_postgres.hpp"
#include "support/sending.hpp"

#include <ctime>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::Environment;
using blast::test::PrivatePostgres;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::query;
using blast::test::query_value;
using blast::test::run;
using blast::test::Sending;
using blast::test::Simulator;
using blast::test::simulators_ca;
using blast::test::StartsWith;
using blast::test::TemporaryFolder;
using blast::test::wait_until;

namespace {

/// What a role or a database may be set to, each enough to break or to weaken a tool that relied on the default.
const std::vector<std::pair<std::string, std::string>> hostile_settings{
    {"synchronous_commit", "off"},
    {"default_transaction_isolation", "serializable"},
    {"default_transaction_isolation", "'repeatable read'"},
    {"default_transaction_read_only", "on"},
    {"statement_timeout", "'60ms'"},
    {"lock_timeout", "'5ms'"},
    {"idle_in_transaction_session_timeout", "'1ms'"},
    {"DateStyle", "'German, DMY'"},
    {"TimeZone", "'Pacific/Kiritimati'"},
    {"IntervalStyle", "'sql_standard'"},
    {"search_path", "'nowhere'"},
    {"search_path", "''"},
};

std::vector<std::string> new_blast(const std::string& csv) {
    return {"--csv", csv, "--message", "Hi {{name}}", "--tag", "t", "--rate", "max", "--yes"};
}

void set_database(Sending& sending, const std::string& setting, const std::string& value) {
    sending.database.query(
        "DO $do$ BEGIN EXECUTE format($set$ALTER DATABASE %I SET " + setting + " = " + value +
        "$set$, current_database()); END $do$");
}

/// The webhook of someone who wants no more.
std::string stop_of(const std::string& digits) {
    return R"({"type":"text","message":"STOP","from":")" + digits + R"(@c.us","timestamp":)" +
           std::to_string(std::time(nullptr)) + "}\n";
}

/// Cancels statements of blast's that wait for a lock until they were `times`.
void cancel_waiting(Sending& sending, int times) {
    for (int cancelled = 0; cancelled < times;) {
        wait_until("a statement that waits for the lock", [&] {
            const std::string count = sending.database.value(
                "SELECT count(pg_cancel_backend(pid)) FROM pg_locks WHERE NOT granted AND database "
                "= (SELECT oid FROM pg_database WHERE datname = current_database())");
            cancelled += std::stoi(count);
            return count != "0";
        });
    }
}

} // namespace

TEST_CASE("The tools work whatever the role's settings are") {
    const auto& [setting, value] = GENERATE(from_range(hostile_settings));
    CAPTURE(setting, value);
    Sending sending;
    set_database(sending, setting, value);
    const std::string csv = sending.folder.write("people.csv", csv_of(20));
    const std::vector<std::vector<std::string>> commands{
        {"blast-admin", "migrate"},
        {"blast-admin", "check"},
        {"blast-admin", "opt-out", "add", "+60123000001"},
        {"blast-send", "--csv", csv, "--message", "Hi {{name}}", "--tag", "t", "--rate", "max",
         "--yes"},
        {"blast-poll", "--rate", "max"},
        {"blast-report", "1", "--format", "json"},
        {"blast-report", "--list"}};
    for (const auto& command : commands) {
        const ProcessResult result = sending.run(command);
        INFO(command[0] << ' ' << command[1] << ": " << result.out << result.err);
        CHECK(result.exit_code == 0);
    }
    CHECK(sending.gateway.accepted() == 19);
    CHECK(sending.count("public.blast_recipients") == "19");
}

TEST_CASE("blast-hook works whatever the role's settings are") {
    const auto& [setting, value] = GENERATE(from_range(hostile_settings));
    CAPTURE(setting, value);
    Sending sending;
    set_database(sending, setting, value);
    const std::string csv = sending.folder.write("people.csv", csv_of(2));
    REQUIRE(sending.send(new_blast(csv)).exit_code == 0);
    const ProcessResult result =
        sending.run({"blast-hook", "--ingest", "-"}, stop_of("60123000001"));
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(sending.count("public.opt_outs") == "1");
}

TEST_CASE(
    "What is committed outlives the server's death, although the role's commits are not waited for") {
    PrivatePostgres server;
    const std::string url = server.create_database("durable");
    // What is not waited for stays in the server's memory until a page is full or the WAL writer comes by.
    query(server.url("postgres"), "ALTER SYSTEM SET wal_writer_delay = '10s'");
    query(server.url("postgres"), "ALTER DATABASE durable SET synchronous_commit = off");
    server.stop_immediately();
    server.start();
    const Simulator gateway({"--token", "t0ken", "--device", "5850"});
    const TemporaryFolder folder;
    const Environment environment{
        {"DATABASE_URL", url},
        {"WSAPME_USER_TOKEN", "t0ken"},
        {"WSAPME_DEVICE", "5850"},
        {"WSAPME_API_URL", gateway.url()},
        {"WSAPME_CA_FILE", simulators_ca().certificate()},
        {"XDG_STATE_HOME", folder.path()},
        {"BLAST_REGION", "MY"}};
    const auto lasts = [&](const std::vector<std::string>& command, const std::string& input,
                           const std::string& count, const std::string& expected) {
        INFO(command[0] << ' ' << command[1]);
        const ProcessResult result = run(command, environment, input);
        server.stop_immediately();
        INFO(result.out << result.err);
        CHECK(result.exit_code == 0);
        server.start();
        CHECK(query_value(url, count) == expected);
    };
    lasts(
        {"blast-admin", "opt-out", "add", "+60129999999"}, "", "SELECT count(*) FROM opt_outs",
        "1");
    std::vector<std::string> send = new_blast(folder.write("people.csv", csv_of(2)));
    send.insert(send.begin(), "blast-send");
    lasts(send, "", "SELECT count(*) FROM blast_recipients", "2");
    lasts(
        {"blast-hook", "--ingest", "-"}, stop_of("60123000001"), "SELECT count(*) FROM opt_outs",
        "2");
    lasts(
        {"blast-admin", "forget", "+60123000000", "--yes"}, "",
        "SELECT count(*) FROM blast_recipients WHERE phone_number IS NULL AND erased_at IS NOT NULL",
        "1");
}

TEST_CASE("A statement that is cancelled is tried again, from the first one of a run on") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(3));
    const std::string table = GENERATE("schema_migrations", "blasts", "devices", "blast_outbox");
    CAPTURE(table);
    sending.database.query("BEGIN; LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    std::vector<std::string> command = new_blast(csv);
    command.insert(command.begin(), "blast-send");
    Process send(command, sending.environment);
    cancel_waiting(sending, 2);
    sending.database.query("COMMIT");
    const ProcessResult result = send.wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(sending.gateway.accepted() == 3);
}

TEST_CASE("check fails where a crash of the server loses what was committed, but not on Neon") {
    PrivatePostgres server;
    const std::string database = server.create_database("durable");
    const auto durable = [&] {
        const ProcessResult result = run({"blast-admin", "check"}, {{"DATABASE_URL", database}});
        const std::size_t start = result.out.find("durable");
        return result.out.substr(result.out.rfind('\n', start) + 1).substr(0, 200);
    };
    CHECK_THAT(durable(), StartsWith("ok"));
    query(server.url("postgres"), "ALTER SYSTEM SET full_page_writes = off");
    query(server.url("postgres"), "SELECT pg_reload_conf()");
    wait_until("the setting", [&] {
        return query_value(server.url("postgres"), "SHOW full_page_writes") == "off";
    });
    CHECK_THAT(durable(), StartsWith("FAIL") && Contains("full_page_writes = off"));
    query(server.url("postgres"), "ALTER SYSTEM SET fsync = off");
    query(server.url("postgres"), "SELECT pg_reload_conf()");
    wait_until(
        "the setting", [&] { return query_value(server.url("postgres"), "SHOW fsync") == "off"; });
    CHECK_THAT(durable(), StartsWith("FAIL") && Contains("fsync = off and full_page_writes = off"));
    query(server.url("postgres"), "ALTER DATABASE durable SET neon.timeline_id = '0123'");
    CHECK_THAT(durable(), StartsWith("ok") && Contains("Neon"));
}
