#include "db/intake_scene.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace blast;
using namespace blast::test;

TEST_CASE("a receipt is applied once, however often it comes") {
    IntakeScene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::string event = receipt("a", "DELIVERY_ACK");
    CHECK(scene.take_in({event, event}).applied == 1);
    const IntakeCounts again = scene.take_in({event});
    CHECK(again.repeats == 1);
    CHECK(again.applied == 0);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.blast.history(id) == "PENDING/send DELIVERY_ACK/webhook");
    CHECK(
        scene.database.value(
            "SELECT repeats || ' ' || state || ' ' || blast_id || ' ' || recipient_id FROM webhook_inbox") ==
        fmt::format("2 APPLIED {} {}", scene.blast.id(), id));
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("receipts in any order end at the furthest status") {
    IntakeScene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in({receipt("a", "READ_ACK")});
    scene.take_in({receipt("a", "SERVER_ACK"), receipt("a", "DELIVERY_ACK")});
    CHECK(scene.blast.status(id) == "READ_ACK");
    CHECK(scene.states() == "APPLIED APPLIED APPLIED");
}

TEST_CASE("a receipt that comes before its message is recorded waits for it") {
    IntakeScene scene;
    CHECK(scene.take_in({receipt("a", "DELIVERY_ACK")}).waiting == 1);
    CHECK(scene.retry() == 0);
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    CHECK(scene.retry(RetryScope::lately()) == 1);
    CHECK(scene.retry() == 0);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.states() == "APPLIED");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a retry of what came lately leaves older events for the whole retry") {
    IntakeScene scene;
    scene.take_in({receipt("old", "READ_ACK")});
    scene.database.query("UPDATE webhook_inbox SET received_at = now() - interval '1 hour'");
    scene.take_in({receipt("new", "READ_ACK")});
    scene.blast.add(MessageFixture{"+60123456789", "old"});
    scene.blast.add(MessageFixture{"+60123456780", "new"});
    CHECK(scene.retry(RetryScope::lately()) == 1);
    CHECK(scene.states() == "WAITING APPLIED");
    CHECK(scene.retry() == 1);
}

TEST_CASE("an event that no message can match any more is kept for inspection") {
    IntakeScene scene;
    scene.take_in({receipt("foreign", "READ_ACK")});
    scene.database.query("UPDATE webhook_inbox SET received_at = now() - interval '9 days'");
    CHECK(scene.retry() == 0);
    CHECK(scene.states() == "KEPT");
}

TEST_CASE("what is not understood is kept as it came") {
    IntakeScene scene;
    const IntakeCounts counts =
        scene.take_in({"<html>", R"({"odd":"a\u0000b"})", std::string("\xFF\0", 2), ""});
    CHECK(counts.kept == 4);
    CHECK(scene.states() == "KEPT KEPT KEPT KEPT");
    CHECK(
        scene.database.value(
            "SELECT count(*) FROM webhook_inbox WHERE kind = 'unknown' AND reason IS NOT NULL") ==
        "4");
    CHECK(scene.database.value("SELECT count(*) FROM webhook_inbox WHERE body = '<html>'") == "1");
}

TEST_CASE("a receipt with an unknown id confirms the unconfirmed message that it fits") {
    IntakeScene scene;
    const std::int64_t id = scene.blast.add(AttemptFixture{"+60123456789"});
    CHECK(scene.take_in({document("turned-up", "60123456789", scene.now() - 50)}).applied == 1);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.blast.history(id) == "PENDING/webhook DELIVERY_ACK/webhook");
    CHECK(scene.blast.column(id, "wsapme_message_data->'data'->'key'->>'id'") == "turned-up");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("what the business writes from its phone confirms nothing") {
    IntakeScene scene;
    const std::int64_t id = scene.blast.add(AttemptFixture{"+60123456789"});
    scene.take_in(
        {document("chat-1", "60123456789", scene.now() - 3600),
         document("chat-2", "60123456789", scene.now() - 10),
         document("chat-3", "60120000000", scene.now() - 50), receipt("chat-4", "READ_ACK")});
    CHECK(scene.states() == "WAITING WAITING WAITING WAITING");
    CHECK(scene.blast.status(id).empty());
    CHECK(scene.database.value("SELECT state FROM blast_outbox") == "UNCONFIRMED");
}

TEST_CASE("two receipts that could each be the unconfirmed message confirm nothing") {
    IntakeScene scene;
    scene.blast.add(AttemptFixture{"+60123456789"});
    const std::int64_t at = scene.now() - 50;
    scene.take_in({document("ours", "60123456789", at), document("chat", "60123456789", at + 1)});
    CHECK(scene.states() == "WAITING WAITING");
    CHECK(scene.retry() == 0);
}

TEST_CASE("a receipt waits while the sender lives, and confirms when it has given up") {
    IntakeScene scene;
    AttemptFixture sending{"+60123456789", "SENDING"};
    sending.begun_ago = 20;
    sending.ended_ago = -30;
    const std::int64_t id = scene.blast.add(sending);
    scene.take_in({document("turned-up", "60123456789", scene.now() - 18)});
    CHECK(scene.states() == "WAITING");
    scene.database.query("UPDATE blast_outbox SET state = 'UNCONFIRMED', ended_at = now();"
                         "UPDATE blast_counters SET sending = 0, unconfirmed = 1");
    CHECK(scene.retry() == 1);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("an event that the database refuses does not sink the others") {
    IntakeScene scene;
    const std::int64_t first = scene.blast.add(MessageFixture{"+60123456789", "a"});
    const std::int64_t bad = scene.blast.add(MessageFixture{"+60123456780", "b"});
    const std::int64_t last = scene.blast.add(MessageFixture{"+60123456781", "c"});
    scene.database.query(
        "ALTER TABLE status_history ADD CONSTRAINT refuses CHECK (message_id IS DISTINCT FROM 'b')");
    const IntakeCounts counts =
        scene.take_in({receipt("a", "READ"), receipt("b", "READ"), receipt("c", "READ")});
    CHECK(counts.applied == 2);
    CHECK(counts.kept == 1);
    CHECK(scene.blast.status(first) == "READ_ACK");
    CHECK(scene.blast.status(bad) == "PENDING");
    CHECK(scene.blast.status(last) == "READ_ACK");
    CHECK(
        scene.database.value(
            "SELECT count(*) FROM webhook_inbox WHERE reason LIKE 'the database refused%'") == "1");
}

TEST_CASE("hundreds of events of many blasts are taken in as one group") {
    IntakeScene scene;
    std::vector<std::string> events;
    for (int b = 0; b < 5; ++b) {
        TrackedBlast blast(scene.database, "tag" + std::to_string(b));
        blast.add_many(50, 60);
        for (int i = 1; i <= 50; ++i)
            events.push_back(
                receipt(fmt::format("tag{}-{}", b, i), i % 2 == 0 ? "READ" : "DELIVERY_ACK"));
    }
    CHECK(scene.take_in(events).applied == 250);
    CHECK(
        scene.database.value(
            "SELECT sum(read_ack) || ' ' || sum(delivery_ack) FROM blast_counters") == "125 125");
    CHECK(counter_mistake(scene.database).empty());
}
