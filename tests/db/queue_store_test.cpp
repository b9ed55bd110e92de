#include "blast/store/queue_store.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_database.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace blast;
using blast::test::Contains;
using blast::test::TemporaryDatabase;
using blast::test::wait_until;

namespace {

struct Queueing {
    Queueing() {
        settings.tag = "raya";
        settings.stage = "Initial";
        settings.messages = {"Hi {{name}}"};
        settings.columns = {"name"};
        settings.devices = {"5850"};
    }

    /// Queues numbers that follow one another, each so many times.
    static void add(QueueTransaction& queue, std::int64_t count, int times = 1) {
        for (std::int64_t i = 0; i < count * times; ++i)
            queue.add(fmt::format("+6012{}", 3'000'000 + i % count), R"({"name":"Ali"})");
    }

    TemporaryDatabase database;
    Connection connection{database.url()};
    BlastSettings settings;
};

} // namespace

TEST_CASE_METHOD(Queueing, "Recipients are queued with their cells as they are, in their order") {
    const std::vector<std::string> cells = {
        R"(back\\slash and \\n)", R"(tab\t, line\nend\r)", R"(\u00e9 \u0001 \"quoted\")", R"(\\.)",
        ""};
    QueueTransaction queue(connection, settings, false);
    for (std::size_t i = 0; i < cells.size(); ++i)
        queue.add(
            fmt::format("+6012{}", 3'000'000 + i), fmt::format(R"({{"name":"{}"}})", cells[i]));
    queue.finish(0);
    queue.commit();

    CHECK(queue.recipients() == 5);
    const auto rows = database.query(
        "SELECT phone_number, variables ->> 'name', state FROM blast_outbox ORDER BY id");
    REQUIRE(rows.size() == 5);
    CHECK(rows[0] == TemporaryDatabase::Row{"+60123000000", R"(back\slash and \n)", "QUEUED"});
    CHECK(rows[1] == TemporaryDatabase::Row{"+60123000001", "tab\t, line\nend\r", "QUEUED"});
    CHECK(rows[2] == TemporaryDatabase::Row{"+60123000002", "\u00e9 \x01 \"quoted\"", "QUEUED"});
    CHECK(rows[3] == TemporaryDatabase::Row{"+60123000003", R"(\.)", "QUEUED"});
    CHECK(rows[4] == TemporaryDatabase::Row{"+60123000004", "", "QUEUED"});
}

TEST_CASE_METHOD(
    Queueing, "Of several with one number the first is queued, however many there are") {
    QueueTransaction queue(connection, settings, false);
    queue.add("+60129999999", R"({"name":"first"})");
    add(queue, 3'000, 3);
    queue.add("+60129999999", R"({"name":"second"})");
    queue.finish(2);
    queue.commit();

    CHECK(queue.recipients() == 3'001);
    CHECK(queue.skipped().duplicate == 6'001);
    CHECK(queue.skipped().invalid == 2);
    CHECK(database.value("SELECT count(*) FROM blast_outbox") == "3001");
    CHECK(
        database.value("SELECT variables ->> 'name' FROM blast_outbox "
                       "WHERE phone_number = '+60129999999'") == "first");
    CHECK(database.value("SELECT queued FROM blast_counters") == "3001");
}

TEST_CASE_METHOD(Queueing, "Who has opted out is left out, be the list of them short or long") {
    const int listed = GENERATE(10, 500);
    database.query(fmt::format(
        "INSERT INTO opt_outs (phone_number, source) "
        "SELECT '+6012' || 3000050 + i, 'manual' FROM generate_series(0, {} - 1) i",
        listed));
    QueueTransaction queue(connection, settings, false);
    add(queue, 100, 2);
    queue.finish(0);
    queue.commit();

    const std::int64_t left_out = std::min(listed, 50);
    CHECK(queue.recipients() == 100 - left_out);
    CHECK(queue.skipped().opted_out == 2 * left_out);
    CHECK(queue.skipped().duplicate == 100 - left_out);
    CHECK(
        database.value("SELECT count(*) FROM blast_outbox o JOIN opt_outs USING (phone_number)") ==
        "0");
    CHECK(database.value("SELECT count(*) FROM blast_outbox") == std::to_string(100 - left_out));
}

TEST_CASE_METHOD(Queueing, "Who stands in another blast is no repeat") {
    for (const char* stage : {"Initial", "Second"}) {
        settings.stage = stage;
        QueueTransaction queue(connection, settings, false);
        add(queue, 10);
        queue.finish(0);
        queue.commit();
        CHECK(queue.recipients() == 10);
    }
}

TEST_CASE_METHOD(
    Queueing, "A queueing that is given up leaves nothing, and the connection usable") {
    {
        QueueTransaction queue(connection, settings, false);
        add(queue, 50'000); // so many that copying has begun
    }
    CHECK(connection.execute("SELECT count(*) FROM blast_outbox").integer(0, 0) == 0);
    CHECK(connection.execute("SELECT count(*) FROM blasts").integer(0, 0) == 0);
}

TEST_CASE_METHOD(Queueing, "What the server refuses of a copy is told in its words") {
    QueueTransaction queue(connection, settings, false);
    queue.add("+60123000000", "not JSON");
    CHECK_THROWS_WITH(queue.finish(0), Contains("json"));
}

TEST_CASE_METHOD(
    Queueing, "Splitting a queue reads it a few times, whatever the planner knows of it") {
    constexpr std::int64_t recipients = 2'000;
    {
        QueueTransaction earlier(connection, settings, false);
        add(earlier, recipients);
        earlier.finish(0);
        earlier.commit();
    }
    database.query("ANALYZE blast_outbox"); // from now on a new blast is taken for a row
    settings.stage = "Second";
    settings.messages.emplace_back("Hello {{name}}");
    settings.devices.emplace_back("5851");
    {
        Connection own(database.url()); // whose statistics are told when it closes
        QueueTransaction queue(own, settings, false);
        add(queue, recipients);
        queue.finish(0);
        queue.commit();
    }
    wait_until("the statistics of the queueing", [&] {
        return database.value("SELECT n_tup_upd >= 1000 FROM pg_stat_user_tables "
                              "WHERE relname = 'blast_outbox'") == "t";
    });
    const std::string read = database.value(
        "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'blast_outbox'");
    CHECK(std::stol(read) < 20 * recipients);
    CHECK(
        database.value("SELECT count(*) FILTER (WHERE variant = 0) || ' ' || "
                       "count(*) FILTER (WHERE device = '5850') "
                       "FROM blast_outbox WHERE device IS NOT NULL") == "1000 1000");
}

TEST_CASE_METHOD(
    Queueing, "A role's statement_timeout does not end a copy whose rows come slowly") {
    database.query(fmt::format(
        "ALTER DATABASE {} SET statement_timeout = '300ms'",
        database.value("SELECT current_database()")));
    Connection impatient(database.url());
    QueueTransaction queue(impatient, settings, false);
    add(queue, 5'000); // so many that copying has begun
    database.query("SELECT pg_sleep(0.4)");
    queue.add("+60129999999", "{}");
    queue.finish(0);
    queue.commit();
    CHECK(queue.recipients() == 5'001);
}
