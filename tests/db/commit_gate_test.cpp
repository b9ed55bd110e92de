#include "blast/core/event_loop.hpp"
#include "blast/core/random.hpp"
#include "blast/store/async_connection.hpp"
#include "blast/store/connection.hpp"

#include "support/catch.hpp"
#include "support/temporary_database.hpp"

#include <utility>

using namespace blast;
using blast::test::TemporaryDatabase;

namespace {

/// A table whose rows are looked at only when their transaction commits: as a commit that fails.
std::unique_ptr<TemporaryDatabase> refusing_commits() {
    auto database = TemporaryDatabase::without_schema();
    database->query("CREATE TABLE kept (id integer PRIMARY KEY);"
                    "CREATE TABLE late (id integer REFERENCES kept DEFERRABLE INITIALLY DEFERRED)");
    return database;
}

const std::vector<Statement> refused_at_commit{
    {"SELECT 1", {}}, {"INSERT INTO late VALUES (7) RETURNING id", {}}};

} // namespace

TEST_CASE("What succeeds and is refused at the commit has failed") {
    const auto database = refusing_commits();
    Connection connection(database->url());
    CHECK_THROWS_AS(connection.execute_together(refused_at_commit), DatabaseError);
    CHECK(database->value("SELECT count(*) FROM late") == "0");
    CHECK_FALSE(connection.lost());
}

TEST_CASE("A group on the event loop ends with its commit, not with its last row") {
    const auto database = refusing_commits();
    EventLoop loop;
    Random random(1);
    std::optional<PipelineOutcome> outcome;
    bool asked = false;
    std::unique_ptr<AsyncConnection> connection;
    connection = std::make_unique<AsyncConnection>(
        loop, database->url(), random,
        AsyncConnection::Handlers{
            [&] {
                if (std::exchange(asked, true))
                    return;
                connection->submit(
                    refused_at_commit, [&](PipelineOutcome ended) { outcome = std::move(ended); });
            },
            [] {}});
    while (!outcome)
        loop.run_once();
    REQUIRE(outcome->failure.has_value());
    CHECK(outcome->failure->sqlstate() == "23503");
    CHECK_FALSE(outcome->failure->connection_lost());
}
