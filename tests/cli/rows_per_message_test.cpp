#include "support/catch.hpp"
#include "support/polling.hpp"
#include "support/scripted_gateway.hpp"
#include "support/sending.hpp"
#include "support/tracked_blast.hpp"

using blast::test::csv_of;
using blast::test::Polling;
using blast::test::ProcessResult;
using blast::test::ScriptedGateway;
using blast::test::Sending;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;
using blast::test::wait_until;

namespace {

/// Rows that all sessions have fetched from our tables. A session's count is complete when it has ended.
std::int64_t rows_read(TemporaryDatabase& database) {
    wait_until("the end of the tool's sessions", [&] {
        return database.value(
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                   " AND backend_type = 'client backend' AND pid <> pg_backend_pid()") == "0";
    });
    database.query("SELECT pg_stat_force_next_flush()");
    return std::stoll(database.value(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"));
}

/// Of one pass over a blast in a database of which no statistics were ever gathered.
double rows_of_polling(int messages) {
    ScriptedGateway gateway;
    Polling polling(gateway.url());
    polling.database().hold_autovacuum();
    TrackedBlast blast(polling.database());
    blast.add_many(messages, 3600);
    const std::int64_t before = rows_read(polling.database());
    CHECK(polling.figures({"--rate", "max", "--deadline", "10m"}).checked == messages);
    return static_cast<double>(rows_read(polling.database()) - before) / messages;
}

double rows_of_sending(int messages) {
    Sending sending;
    sending.database.hold_autovacuum();
    const std::string csv = sending.folder.write("people.csv", csv_of(messages));
    const std::int64_t before = rows_read(sending.database);
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "Hi {{name}}", "--tag", "raya", "--rate", "max", "--yes"});
    CHECK(result.exit_code == 0);
    CHECK(sending.count("blast_recipients") == std::to_string(messages));
    return static_cast<double>(rows_read(sending.database) - before) / messages;
}

} // namespace

TEST_CASE(
    "blast-poll fetches at most eight rows a message of a fresh database, however large the blast",
    "[alone]") {
    const int messages = GENERATE(10'000, 20'000);
    CAPTURE(messages);
    CHECK(rows_of_polling(messages) <= 8);
}

TEST_CASE(
    "blast-send fetches no more rows a message when a blast is four times as large", "[alone]") {
    CHECK(rows_of_sending(8'000) <= 1.25 * rows_of_sending(2'000));
}
