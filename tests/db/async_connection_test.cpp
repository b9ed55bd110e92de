#include "blast/store/async_connection.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_database.hpp"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace blast;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::wait_until;
using namespace std::chrono_literals;

namespace {

/// A connection on a loop of its own, which is turned while a test waits.
struct Client {
    explicit Client(const std::string& url)
        : connection(std::make_unique<AsyncConnection>(
              loop, url, random, AsyncConnection::Handlers{[] {}, [] {}})) {}

    void turn_until(const std::string& what, const std::function<bool()>& condition) {
        wait_until(what, [&] {
            loop.schedule(BootClock::now() + 5ms, [] {});
            loop.run_once();
            return condition();
        });
    }

    void submit(const std::vector<Statement>& statements) {
        turn_until("the connection", [&] { return connection->idle(); });
        connection->submit(statements, [&](PipelineOutcome end) { outcome = std::move(end); });
    }

    EventLoop loop;
    Random random{1};
    std::unique_ptr<AsyncConnection> connection;
    std::optional<PipelineOutcome> outcome;
};

/// libpq reads its service file when it begins to connect: from this pipe it waits for one, as for a resolver's answer.
class BlockingStart {
public:
    BlockingStart() : path_(folder_.path() + "/service") {
        mkfifo(path_.c_str(), S_IRUSR | S_IWUSR);
        setenv("PGSERVICEFILE", path_.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
    }
    static std::string url(const std::string& url) { return url + "&service=blast"; }
    /// Waits until libpq waits, and lets it go on.
    void release() const { std::ofstream(path_) << "[blast]\nconnect_timeout=20\n"; }

private:
    TemporaryFolder folder_;
    std::string path_;
};

/// From pg_locks: pg_stat_activity does not change within a transaction.
constexpr const char* waits = "FROM pg_locks WHERE NOT granted AND database = "
                              "(SELECT oid FROM pg_database WHERE datname = current_database())";

std::string waiting_for_a_lock(TemporaryDatabase& database) {
    return database.value(std::string("SELECT count(*) ") + waits);
}

} // namespace

TEST_CASE("While libpq blocks at the beginning of a connection, the loop goes on") {
    const TemporaryDatabase database;
    const BlockingStart start;
    Client client(BlockingStart::url(database.url()));
    int ticks = 0;
    client.turn_until("timers", [&] { return ++ticks == 5; });
    CHECK_FALSE(client.connection->idle());
    start.release();
    client.turn_until("the connection", [&] { return client.connection->idle(); });
}

TEST_CASE("A connection that libpq still begins is let go of at once") {
    const TemporaryDatabase database;
    const BlockingStart start;
    { const Client client(BlockingStart::url(database.url())); }
    start.release();
}

TEST_CASE("A group that is cancelled is tried again, and only then ends") {
    TemporaryDatabase database;
    Client client(database.url());
    database.query("CREATE TABLE held (id integer)");
    database.query("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
    client.submit({{"INSERT INTO held VALUES (1) RETURNING id"}});
    for (int i = 0; i < 2; ++i) {
        client.turn_until("the wait", [&] { return waiting_for_a_lock(database) == "1"; });
        database.query(std::string("SELECT pg_cancel_backend(pid) ") + waits);
    }
    database.query("COMMIT");
    client.turn_until("the end of the group", [&] { return client.outcome.has_value(); });
    CHECK_FALSE(client.outcome->failure);
    CHECK(database.value("SELECT count(*) FROM held") == "1");
}

TEST_CASE("A group that goes on being cancelled ends as a failure") {
    TemporaryDatabase database;
    Client client(database.url());
    client.submit({{"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '57014'; END $$"}});
    client.turn_until("the end of the group", [&] { return client.outcome.has_value(); });
    REQUIRE(client.outcome->failure);
    CHECK(client.outcome->failure->sqlstate() == "57014");
    CHECK_FALSE(client.outcome->failure->connection_lost());
}

TEST_CASE("A group that fails leaves no transaction open") {
    TemporaryDatabase database;
    Client client(database.url());
    client.submit({{"SELECT 1 / 0"}});
    client.turn_until("the end of the group", [&] { return client.outcome.has_value(); });
    REQUIRE(client.outcome->failure);
    CHECK(
        database.value("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND "
                       "datname = current_database()") == "0");
    client.outcome.reset();
    client.submit({{"SELECT 1"}});
    client.turn_until("the next group", [&] { return client.outcome.has_value(); });
    CHECK_FALSE(client.outcome->failure);
}
