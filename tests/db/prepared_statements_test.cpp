#include "blast/core/event_loop.hpp"
#include "blast/core/random.hpp"
#include "blast/store/async_connection.hpp"

#include "support/catch.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <memory>

using namespace blast;
using blast::test::Pooler;
using blast::test::TemporaryDatabase;

namespace {

constexpr std::string_view repeated_sql = "SELECT $1::integer + 1";
constexpr std::string_view count_sql =
    "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::integer + 1'";

/// A connection on a loop of its own, used one group after another.
class Client {
public:
    explicit Client(const std::string& url)
        : connection_(std::make_unique<AsyncConnection>(
              loop_, url, random_, AsyncConnection::Handlers{[] {}, [] {}})) {
        wait_until_idle();
    }

    /// After the server has closed the connection.
    void wait_for_reconnect() {
        while (connection_->idle())
            loop_.run_once();
        wait_until_idle();
    }

    PipelineOutcome execute(const std::vector<Statement>& statements) {
        std::optional<PipelineOutcome> outcome;
        connection_->submit(statements, [&](PipelineOutcome ended) { outcome = std::move(ended); });
        while (!outcome)
            loop_.run_once();
        return std::move(*outcome);
    }

    std::int64_t answer_to(int value) {
        const PipelineOutcome outcome =
            execute({{repeated_sql, Parameters::of(value), true}, {"SELECT 7"}});
        REQUIRE_FALSE(outcome.failure);
        REQUIRE(outcome.results.size() == 2);
        CHECK(outcome.results[1].integer(0, 0) == 7);
        return outcome.results[0].integer(0, 0);
    }

    std::int64_t prepared() { return execute({{count_sql}}).results.front().integer(0, 0); }

private:
    void wait_until_idle() {
        while (!connection_->idle())
            loop_.run_once();
    }

    EventLoop loop_;
    Random random_{1};
    std::unique_ptr<AsyncConnection> connection_;
};

} // namespace

TEST_CASE("What is repeated is prepared once, but nothing through a pooler in transaction mode") {
    const TemporaryDatabase database;
    const bool pooled = GENERATE(false, true);
    const auto pooler = pooled ? std::make_unique<Pooler>(database.url()) : nullptr;
    Client client(pooled ? pooler->url() : database.url());
    for (int i = 0; i < 3; ++i)
        CHECK(client.answer_to(i) == i + 1);
    CHECK(client.prepared() == (pooled ? 0 : 1));
}

TEST_CASE("A new server process is told again what is prepared") {
    TemporaryDatabase database;
    Client client(database.url());
    for (int i = 0; i < 2; ++i)
        CHECK(client.answer_to(i) == i + 1);
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND application_name = 'blast'");
    client.wait_for_reconnect();
    for (int i = 0; i < 3; ++i)
        CHECK(client.answer_to(i) == i + 1);
    CHECK(client.prepared() == 1);
}

TEST_CASE("A group whose prepared statement was taken away is tried again without it") {
    const TemporaryDatabase database;
    Client client(database.url());
    for (int i = 0; i < 2; ++i)
        CHECK(client.answer_to(i) == i + 1);
    client.execute({{"DEALLOCATE ALL"}});
    CHECK(client.answer_to(5) == 6);
    CHECK(client.prepared() == 0);
}

TEST_CASE("A group that fails leaves no doubt of what is prepared") {
    const TemporaryDatabase database;
    Client client(database.url());
    client.execute({{"SELECT 1"}}); // finds that there is no pooler
    const PipelineOutcome outcome =
        client.execute({{"SELECT 1 / 0"}, {repeated_sql, Parameters::of(1), true}});
    REQUIRE(outcome.failure);
    CHECK(outcome.failure->sqlstate() == "22012");
    CHECK(client.answer_to(1) == 2);
}
