#include "blast/sql.hpp"
#include "blast/store/blast_store.hpp"
#include "blast/store/send_store.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/tracked_blast.hpp"

#include <functional>
#include <future>

using namespace blast;
using blast::test::AttemptFixture;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;
using blast::test::wait_until;

namespace {

/// Two recipients of a blast, of whom the second stands before the first in the table, which is read in that order.
struct Scene {
    explicit Scene(const std::string& state) {
        for (const char* const phone : {"+60123000001", "+60123000002"}) {
            AttemptFixture row;
            row.phone = phone;
            row.state = state;
            row.device = "gone";
            row.ended_ago = 10;
            blast.add(row);
        }
        database.query("UPDATE blast_outbox SET attempts = attempts WHERE id = 1");
        database.query(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_indexscan = off', "
            "current_database()); EXECUTE format('ALTER DATABASE %I SET enable_bitmapscan "
            "= off', current_database()); END $$");
    }

    /// While `work` waits for the first recipient's row, the second's has to be free.
    void expect_order(const std::function<void(Connection&)>& work) {
        Connection holder(database.url());
        Connection worker(database.url());
        Transaction transaction(holder);
        holder.execute("SELECT FROM blast_outbox WHERE id = 1 FOR UPDATE");
        auto end = std::async(std::launch::async, [&] { work(worker); });
        wait_until("the work that waits for a row", [&] {
            return database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                                  "'Lock' AND datname = current_database()") == "1";
        });
        CHECK_NOTHROW(holder.execute("SELECT FROM blast_outbox WHERE id = 2 FOR UPDATE NOWAIT"));
        transaction.commit();
        end.get();
    }

    std::string attempt(int id) {
        return database.value(
            "SELECT attempt_id FROM blast_outbox WHERE id = " + std::to_string(id));
    }

    TemporaryDatabase database;
    TrackedBlast blast{database};
};

} // namespace

TEST_CASE("What changes several recipients locks them in the order of their ids") {
    SECTION("queueing again") {
        Scene scene("UNCONFIRMED");
        scene.expect_order([&](Connection& connection) {
            CHECK(requeue(connection, scene.blast.id(), "UNCONFIRMED") == 2);
        });
    }
    SECTION("devices that do not send any more") {
        Scene scene("QUEUED");
        scene.expect_order([&](Connection& connection) {
            connection.execute(sql::unpin_devices, Parameters::of(scene.blast.id(), "{5850}"));
        });
    }
    SECTION("devices among which the queue is split") {
        Scene scene("QUEUED");
        scene.expect_order([&](Connection& connection) {
            connection.execute(
                sql::assign_devices, Parameters::of(scene.blast.id(), "{5850,5851}"));
        });
    }
    SECTION("a record, whatever came first") {
        Scene scene("SENDING");
        SettleRequest request;
        request.blast_id = scene.blast.id();
        for (const int id : {2, 1}) {
            AcceptedMessage message;
            message.id = id;
            message.attempt = scene.attempt(id);
            message.device = "5850";
            message.message_id = "M" + std::to_string(id);
            request.accepted.push_back(message);
        }
        scene.expect_order([&](Connection& connection) {
            const Results results = connection.execute_together(settle_statements(request));
            CHECK(not_recorded(request.accepted, results.back()).empty());
        });
    }
    SECTION("a record and an end in one transaction") {
        Scene scene("SENDING");
        SettleRequest request;
        request.blast_id = scene.blast.id();
        request.ended.push_back({2, scene.attempt(2), "FAILED", "refused", 0});
        request.ended.push_back({1, scene.attempt(1), "FAILED", "refused", 0});
        scene.expect_order([&](Connection& connection) {
            connection.execute_together(settle_statements(request));
        });
    }
}

TEST_CASE("Leases expire beside one that its sender is settling, which is not waited for") {
    Scene scene("SENDING");
    scene.database.query("UPDATE blast_outbox SET lease_until = now() - interval '1 s'");
    Connection holder(scene.database.url());
    Connection worker(scene.database.url());
    Transaction transaction(holder);
    holder.execute("SELECT FROM blast_outbox WHERE id = 1 FOR UPDATE");
    CHECK(expire_leases(worker, scene.blast.id()) == 1);
    transaction.commit();
    CHECK(expire_leases(worker, scene.blast.id()) == 1);
}
