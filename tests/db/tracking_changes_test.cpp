#include "blast/store/tracking_changes.hpp"

#include "blast/store/connection.hpp"
#include "blast/store/erasure_store.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

#include <cstdlib>
#include <ctime>

using namespace blast;
using namespace blast::test;

namespace {

/// A database with one blast, and a connection as the tools have it.
struct Scene {
    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};

    StatusCounts apply(const TrackingChanges& changes, int slot = 7) {
        const TrackingStatements work = changes.statements(slot);
        return read_status_counts(
            connection.execute_together(work.statements), work.status_results, 0);
    }

    StatusCounts report(
        std::int64_t id,
        const std::string& word,
        std::optional<std::int64_t> at = std::nullopt,
        ChangeSource source = ChangeSource::poll) {
        TrackingChanges changes(source);
        changes.add(StatusReport{{blast.id(), id}, blast.column(id, "message_id"), word, at, ""});
        return apply(changes);
    }

    void reply(std::int64_t id, double at, const std::string& text) {
        TrackingChanges changes(ChangeSource::webhook);
        changes.add(ReplyReport{{blast.id(), id}, at, true, text});
        apply(changes);
    }

    double now() { return std::stod(database.value("SELECT date_part('epoch', now())")); }
};

std::int64_t seconds(double time) {
    return static_cast<std::int64_t>(time);
}

} // namespace

TEST_CASE("a status moves forward with history and counters, and never back") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    CHECK(scene.report(id, "DELIVERY_ACK") == StatusCounts{{Status::delivery_ack, 1}});
    CHECK(scene.report(id, "SERVER_ACK").empty());
    CHECK(scene.report(id, "READ") == StatusCounts{{Status::read_ack, 1}});
    CHECK(scene.report(id, "DELIVERY_ACK").empty());
    CHECK(scene.report(id, "PENDING").empty());
    CHECK(scene.report(id, "READ_ACK").empty());
    CHECK(scene.blast.status(id) == "READ_ACK");
    CHECK(scene.blast.history(id) == "PENDING/send DELIVERY_ACK/poll READ_ACK/poll");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("the gateway's time is taken for a change, and the history says whose it is") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t delivered = seconds(scene.now()) - 40;
    scene.report(id, "DELIVERY_ACK", delivered);
    CHECK(scene.blast.column(id, "date_part('epoch', delivered_at)") == std::to_string(delivered));
    CHECK(scene.blast.column(id, "message_c2s_timestamp") == std::to_string(delivered));
    scene.report(id, "READ_ACK");
    CHECK(
        scene.database.value(
            "SELECT string_agg(status || '/' || timed_by, ' ' ORDER BY id) FROM status_history") ==
        "PENDING/us DELIVERY_ACK/gateway READ_ACK/us");
    CHECK(scene.blast.column(id, "now() - read_timestamp < interval '1 minute'") == "true");
}

TEST_CASE("a time that cannot be the change's is not taken for it") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    for (const double wrong : {1.0, scene.now() - 3600, scene.now() + 3600, 32503679999.0}) {
        const std::int64_t row = scene.blast.add(MessageFixture{
            "+6012" + std::to_string(seconds(wrong)), "m" + std::to_string(seconds(wrong))});
        scene.report(row, "DELIVERY_ACK", seconds(wrong));
        CHECK(scene.blast.column(row, "now() - delivered_at < interval '1 minute'") == "true");
    }
    const std::int64_t same = seconds(scene.now()) - 40;
    scene.report(id, "DELIVERY_ACK", same);
    scene.report(id, "READ_ACK", same);
    CHECK(scene.blast.column(id, "now() - read_timestamp < interval '30 seconds'") == "true");
}

TEST_CASE("a delivery receipt that comes after the read one still tells when it was delivered") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t delivered = seconds(scene.now()) - 50;
    scene.report(id, "READ_ACK", delivered + 20);
    CHECK(scene.blast.column(id, "delivered_at").empty());
    scene.report(id, "DELIVERY_ACK", delivered, ChangeSource::webhook);
    CHECK(scene.blast.column(id, "date_part('epoch', delivered_at)") == std::to_string(delivered));
    CHECK(scene.blast.status(id) == "READ_ACK");
    CHECK(scene.blast.history(id) == "PENDING/send READ_ACK/poll");
}

TEST_CASE("ERROR marks what is pending as undeliverable, once, with its reason") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t delivered =
        scene.blast.add(MessageFixture{"+60123456780", "b", "DELIVERY_ACK"});
    for (int i = 0; i < 2; ++i) {
        TrackingChanges changes(ChangeSource::poll);
        changes.add(
            StatusReport{{scene.blast.id(), id}, "a", "ERROR", std::nullopt, "not on WhatsApp"});
        changes.add(StatusReport{{scene.blast.id(), delivered}, "b", "ERROR", std::nullopt, ""});
        scene.apply(changes);
    }
    CHECK(scene.blast.status(id) == "PENDING");
    CHECK(scene.blast.column(id, "undeliverable_reason") == "not on WhatsApp");
    CHECK(scene.blast.column(delivered, "undeliverable_at").empty());
    CHECK(scene.blast.history(id) == "PENDING/send ERROR/poll");
    CHECK(scene.database.value("SELECT sum(undeliverable) FROM blast_counters") == "1");
    CHECK(counter_mistake(scene.database).empty());

    scene.report(id, "DELIVERY_ACK");
    CHECK(scene.database.value("SELECT sum(undeliverable) FROM blast_counters") == "0");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("an unknown word changes nothing and stands in the history once") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.report(id, "TELEPATHY_ACK");
    scene.report(id, "TELEPATHY_ACK");
    CHECK(scene.blast.status(id) == "PENDING");
    CHECK(scene.blast.history(id) == "PENDING/send TELEPATHY_ACK/poll");
}

TEST_CASE("a check that told nothing new is noted") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.report(id, "");
    CHECK(scene.blast.column(id, "last_checked_at IS NOT NULL") == "true");
    CHECK(scene.blast.history(id) == "PENDING/send");
}

TEST_CASE("a report by webhook leaves the schedule of checks alone") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.report(id, "READ_ACK", std::nullopt, ChangeSource::webhook);
    CHECK(scene.blast.column(id, "last_checked_at IS NULL") == "true");
    CHECK(scene.blast.history(id) == "PENDING/send READ_ACK/webhook");
}

TEST_CASE("a report about a message that the recipient no longer has is left alone") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    TrackingChanges changes(ChangeSource::webhook);
    changes.add(StatusReport{{scene.blast.id(), id}, "another", "READ_ACK", std::nullopt, ""});
    CHECK(scene.apply(changes).empty());
    CHECK(scene.blast.status(id) == "PENDING");
}

TEST_CASE("several reports of one message in one transaction are applied in their order") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    TrackingChanges changes(ChangeSource::webhook);
    for (const char* word : {"DELIVERY_ACK", "READ_ACK", "DELIVERY_ACK"})
        changes.add(StatusReport{{scene.blast.id(), id}, "a", word, std::nullopt, ""});
    changes.add(ReplyReport{{scene.blast.id(), id}, scene.now(), true, "ok"});
    CHECK(scene.apply(changes) == StatusCounts{{Status::delivery_ack, 1}, {Status::read_ack, 1}});
    CHECK(
        scene.blast.history(id) ==
        "PENDING/send DELIVERY_ACK/webhook READ_ACK/webhook REPLIED/webhook");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("one transaction changes messages of several blasts and counts them apart") {
    Scene scene;
    TrackedBlast other(scene.database, "merdeka");
    const std::int64_t first = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t second = other.add(MessageFixture{"+60123456789", "b"});
    TrackingChanges changes(ChangeSource::poll);
    changes.add(StatusReport{{other.id(), second}, "b", "READ_ACK", std::nullopt, ""});
    changes.add(StatusReport{{scene.blast.id(), first}, "a", "DELIVERY_ACK", std::nullopt, ""});
    CHECK(scene.apply(changes) == StatusCounts{{Status::delivery_ack, 1}, {Status::read_ack, 1}});
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a reply counts as read, keeps the earliest text, and leaves the read receipt apart") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const double now = scene.now();
    scene.reply(id, now - 10, "second");
    scene.reply(id, now - 20, "first");
    scene.reply(id, now - 5, "third");
    CHECK(scene.blast.status(id) == "REPLIED");
    CHECK(scene.blast.column(id, "reply_text") == "first");
    CHECK(scene.blast.column(id, "read_timestamp").empty());
    CHECK(scene.blast.history(id) == "PENDING/send REPLIED/webhook");
    scene.report(id, "READ_ACK", std::nullopt, ChangeSource::webhook);
    CHECK(scene.blast.status(id) == "REPLIED");
    CHECK_FALSE(scene.blast.column(id, "read_timestamp").empty());
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a confirmed attempt becomes a message with its own id, once") {
    Scene scene;
    const std::int64_t id = scene.blast.add(AttemptFixture{"+60123456789"});
    for (int i = 0; i < 2; ++i) {
        TrackingChanges changes(ChangeSource::webhook);
        changes.add(Confirmation{
            {scene.blast.id(), id}, "turned-up", seconds(scene.now()) - 50, "", R"({"a":1})"});
        changes.add(
            StatusReport{{scene.blast.id(), id}, "turned-up", "DELIVERY_ACK", std::nullopt, ""});
        scene.apply(changes);
    }
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.blast.column(id, "message_id") == "turned-up");
    CHECK(scene.blast.column(id, "device") == "5850");
    CHECK(scene.blast.history(id) == "PENDING/webhook DELIVERY_ACK/webhook");
    CHECK(scene.database.value("SELECT count(*) FROM blast_outbox") == "0");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("only what is unconfirmed can be confirmed, and only what is queued dropped") {
    Scene scene;
    for (const char* state : {"QUEUED", "SENDING", "FAILED", "DROPPED", "UNCONFIRMED"}) {
        AttemptFixture attempt{
            std::string("+6012345") + std::to_string(std::string(state).size()) + state[0]};
        attempt.state = state;
        const std::int64_t id = scene.blast.add(attempt);
        TrackingChanges changes(ChangeSource::webhook);
        if (std::string(state) == "UNCONFIRMED")
            changes.drop({scene.blast.id(), id}, "opted out");
        else
            changes.add(Confirmation{{scene.blast.id(), id}, "x", seconds(scene.now()), "", ""});
        scene.apply(changes);
    }
    CHECK(scene.database.value("SELECT count(*) FROM blast_recipients") == "0");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_outbox WHERE state = 'UNCONFIRMED'") ==
        "1");
    TrackingChanges changes(ChangeSource::webhook);
    changes.drop({scene.blast.id(), 1}, "opted out");
    scene.apply(changes);
    CHECK(
        scene.database.value("SELECT state || ' ' || last_error FROM blast_outbox WHERE id = 1") ==
        "DROPPED opted out");
    CHECK(scene.blast.history(1) == "DROPPED/webhook");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("status changes are HOT: no update touches an index", "[alone]") {
    Scene scene;
    scene.blast.add_many(1000, 60);
    scene.database.hold_autovacuum();
    for (const char* word : {"", "DELIVERY_ACK", "", "READ_ACK"}) {
        TrackingChanges changes(ChangeSource::poll);
        for (std::int64_t id = 1; id <= 1000; ++id)
            changes.add(StatusReport{
                {scene.blast.id(), id}, "raya-" + std::to_string(id), word, std::nullopt, ""});
        scene.apply(changes);
    }
    // Statistics of a transaction are visible when its backend has reported them, at the latest when it ends.
    scene.connection.execute("SELECT pg_stat_force_next_flush()");
    CHECK(
        scene.database.value("SELECT n_tup_upd || ' ' || n_tup_hot_upd FROM pg_stat_user_tables"
                             " WHERE relname = 'blast_recipients'") == "4000 4000");
}

TEST_CASE("what is told of an erased person's messages still counts, and brings no number back") {
    Scene scene;
    const std::int64_t read = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t replied = scene.blast.add(MessageFixture{"+60123456780", "b"});
    const std::int64_t doubtful = scene.blast.add(AttemptFixture{"+60123456781"});
    REQUIRE(erase_person(scene.connection, {"+60123456789", "+60123456780", "+60123456781"}));
    CHECK(scene.report(read, "READ_ACK") == StatusCounts{{Status::read_ack, 1}});
    scene.reply(replied, scene.now(), "Ya");
    TrackingChanges confirmed(ChangeSource::webhook);
    confirmed.add(Confirmation{{scene.blast.id(), doubtful}, "c", seconds(scene.now()), "", ""});
    scene.apply(confirmed);
    CHECK(scene.blast.status(read) == "READ_ACK");
    CHECK(scene.blast.status(replied) == "REPLIED");
    CHECK(scene.database.value("SELECT state FROM blast_outbox") == "UNCONFIRMED");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_recipients "
                             "WHERE phone_number IS NULL AND erased_at IS NOT NULL") == "2");
    CHECK(counter_mistake(scene.database).empty());
}
