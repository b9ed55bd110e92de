#include "support/polling.hpp"

#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/pooler.hpp"
#include "support/private_postgres.hpp"
#include "support/scripted_gateway.hpp"
#include "support/tracked_blast.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>

using blast::test::counter_mistake;
using blast::test::poll_command;
using blast::test::poll_environment;
using blast::test::poll_figures;
using blast::test::PollFigures;
using blast::test::Polling;
using blast::test::Pooler;
using blast::test::PrivatePostgres;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::query;
using blast::test::query_value;
using blast::test::ScriptedGateway;
using blast::test::TemporaryFolder;
using blast::test::TrackedBlast;
using blast::test::wait_until;

namespace {

constexpr double hour = 3600;

/// How often the message was asked about that was asked about most.
int most_asked(const ScriptedGateway& gateway) {
    std::map<std::string, int> times;
    int most = 0;
    for (const std::string& id : gateway.asked_about())
        most = std::max(most, ++times[id]);
    return most;
}

constexpr const char* unchecked =
    "SELECT count(*) FROM blast_recipients WHERE last_checked_at IS NULL";
/// Messages that a run holds and has not written yet.
constexpr const char* claimed =
    "SELECT count(*) FROM check_claims c JOIN blast_recipients r ON r.blast_id = c.blast_id AND r.id <@ c.ids"
    " WHERE c.lease_until > now() AND r.last_checked_at IS NULL";
constexpr const char* claims = "SELECT count(*) FROM check_claims";
/// Stands in for waiting: the leases of runs that are dead have ended.
constexpr const char* expire_leases =
    "UPDATE check_claims SET lease_until = now() - interval '1 second'";

PollFigures figures_of(Process& run) {
    const ProcessResult result = run.wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    return poll_figures(result.out);
}

/// Several runs at once; what they counted together. All must end well.
PollFigures
poll_together(const Polling& polling, int runs, const std::vector<std::string>& arguments) {
    std::vector<std::unique_ptr<Process>> processes;
    processes.reserve(static_cast<std::size_t>(runs));
    for (int i = 0; i < runs; ++i)
        processes.push_back(
            std::make_unique<Process>(poll_command(arguments), polling.environment()));
    PollFigures all;
    for (const auto& process : processes) {
        const PollFigures figures = figures_of(*process);
        all.checked += figures.checked;
        all.failed += figures.failed;
        all.delivered += figures.delivered;
    }
    return all;
}

} // namespace

TEST_CASE("Polls that overlap share the work and check nothing twice, behind a pooler too") {
    constexpr int messages = 2000;
    for (const bool pooled : {false, true}) {
        INFO((pooled ? "behind a pooler" : "directly"));
        const ScriptedGateway gateway;
        Polling polling(gateway.url());
        TrackedBlast(polling.database(), "raya").add_many(messages / 2, hour);
        TrackedBlast(polling.database(), "merdeka").add_many(messages / 2, hour);
        const Pooler pooler(polling.database().url());
        if (pooled)
            polling.set("DATABASE_URL", pooler.url());
        const PollFigures all = poll_together(polling, 4, {"--rate", "500/s"});
        CHECK(all.checked == messages);
        CHECK(all.delivered == messages);
        CHECK(all.failed == 0);
        CHECK(gateway.asked() == messages);
        CHECK(most_asked(gateway) == 1);
        CHECK(
            polling.database().value(
                "SELECT count(*) FROM status_history WHERE status = 'DELIVERY_ACK'") ==
            std::to_string(messages));
        CHECK(polling.database().value(claims) == "0");
        CHECK(counter_mistake(polling.database()).empty());
    }
}

TEST_CASE(
    "The share of a poll that was killed is left alone until its lease ends, then picked up") {
    constexpr std::int64_t messages = 300;
    const ScriptedGateway gateway;
    Polling polling(gateway.url());
    TrackedBlast(polling.database()).add_many(messages, hour);
    Process victim(poll_command({"--rate", "40/s"}), polling.environment());
    wait_until("some checks", [&] { return gateway.asked() >= 30; });
    REQUIRE(victim.running());
    victim.signal(SIGKILL);
    victim.wait();
    wait_until("the dead run's last transaction", [&] {
        return polling.database().value(
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                   " AND pid <> pg_backend_pid() AND backend_type = 'client backend'") == "0";
    });
    const std::int64_t open = std::stoll(polling.database().value(unchecked));
    const std::int64_t share = std::stoll(polling.database().value(claimed));
    CHECK(share > 0);
    CHECK(share < 200);
    CHECK(open < messages);

    const PollFigures next = polling.figures({"--rate", "max"});
    CHECK(next.due == open);
    CHECK(next.checked == open - share);
    CHECK(next.left == share);
    CHECK(most_asked(gateway) == 1);

    polling.database().query(expire_leases);
    const PollFigures last = polling.figures({"--rate", "max"});
    CHECK(last.checked == share);
    CHECK(polling.database().value(unchecked) == "0");
    // Only what was under way when the run was killed has been asked about again.
    CHECK(most_asked(gateway) <= 2);
    CHECK(gateway.asked() <= static_cast<std::size_t>(messages + share));
    CHECK(counter_mistake(polling.database()).empty());
}

TEST_CASE("PostgreSQL that is stopped at once and started again under a poll loses no status") {
    constexpr std::int64_t messages = 400;
    PrivatePostgres server;
    const std::string database = server.create_database("polled");
    const ScriptedGateway gateway;
    const TemporaryFolder settings;
    query(
        database,
        "INSERT INTO blasts (id, blast_tag, messages, devices) VALUES (1, 'raya', '[\"Hi\"]', '{5850}');"
        "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, device, sent_at, accepted_at)"
        " SELECT 1, n, '+' || (60100000000 + n), 'id-' || n, '5850', now() - interval '1 hour', now() - interval '1 hour'"
        " FROM generate_series(1, 400) n;"
        "INSERT INTO blast_counters (blast_id, slot, pending, last_sent_at) VALUES (1, 0, 400, now())");
    const std::vector<std::string> command{"blast-poll", "--format",   "json", "--rate",
                                           "100/s",      "--deadline", "10m"};
    const auto environment = poll_environment(database, gateway.url(), settings.path());
    Process poll(command, environment);
    for (int restart = 0; restart < 2; ++restart) {
        const std::size_t before = gateway.asked();
        wait_until("some checks", [&] { return gateway.asked() >= before + 30; });
        REQUIRE(poll.running());
        server.stop_immediately();
        server.start();
    }
    const ProcessResult result = poll.wait();
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    const PollFigures figures = poll_figures(result.out);
    CHECK(figures.failed == 0);
    CHECK(figures.checked == static_cast<std::int64_t>(gateway.asked()));
    CHECK(figures.checked + figures.left == messages);
    CHECK(query_value(database, unchecked) == std::to_string(figures.left));
    CHECK(figures.delivered <= figures.checked);

    // A claim whose commit was not answered is left to the end of its lease.
    query(database, expire_leases);
    const ProcessResult rest = blast::test::run(command, environment);
    CHECK(rest.exit_code == 0);
    CHECK(query_value(database, unchecked) == "0");
    CHECK(gateway.asked() == static_cast<std::size_t>(messages));
    CHECK(most_asked(gateway) == 1);
    CHECK(
        query_value(
            database, "SELECT count(*) FROM status_history WHERE status = 'DELIVERY_ACK'") ==
        std::to_string(messages));
    CHECK(query_value(database, "SELECT sum(delivery_ack) FROM blast_counters") == "400");
}
