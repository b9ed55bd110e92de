#include "db/intake_scene.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace blast;
using namespace blast::test;

TEST_CASE("a reply marks the latest message to its phone, whichever form its address has") {
    IntakeScene scene;
    TrackedBlast later(scene.database, "merdeka");
    const std::int64_t first = scene.blast.add(MessageFixture{"+60123456789", "a"});
    MessageFixture newer{"+60123456789", "b"};
    newer.sent_ago = 30;
    const std::int64_t second = later.add(newer);
    CHECK(scene.take_in({message("60123456789", "Berapa harga?", scene.now())}).applied == 1);
    CHECK(scene.blast.status(first) == "PENDING");
    CHECK(later.status(second) == "REPLIED");
    CHECK(later.column(second, "reply_text") == "Berapa harga?");
    CHECK(later.column(second, "read_timestamp").empty());
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a reply finds its message although the gateway dated the message months back") {
    IntakeScene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.database.query("UPDATE blast_recipients SET message_timestamp = 1634061784, "
                         "accepted_at = accepted_at(sent_at, 1634061784)");
    scene.take_in({message("60123456789", "Ya", scene.now())});
    CHECK(scene.blast.status(id) == "REPLIED");
}

TEST_CASE("a reply from a number that WhatsApp rewrote finds its message") {
    IntakeScene scene;
    MessageFixture mexican{"+525512345678", "a"};
    mexican.jid_phone = "+5215512345678";
    const std::int64_t id = scene.blast.add(mexican);
    scene.take_in({message("5215512345678", "Hola", scene.now())});
    CHECK(scene.blast.status(id) == "REPLIED");
}

TEST_CASE("a reply waits for a newer doubtful message and then marks what it answers") {
    IntakeScene scene;
    TrackedBlast later(scene.database, "merdeka");
    const std::int64_t older = scene.blast.add(MessageFixture{"+60123456789", "a"});
    AttemptFixture doubtful{"+60123456789"};
    doubtful.begun_ago = 40;
    const std::int64_t newer = later.add(doubtful);
    CHECK(scene.take_in({message("60123456789", "hi", scene.now())}).waiting == 1);
    CHECK(scene.retry() == 0);

    SECTION("the newer one, when it turns out to have been sent") {
        scene.take_in({document("turned-up", "60123456789", scene.now() - 39)});
        CHECK(scene.retry() == 1);
        CHECK(later.status(newer) == "REPLIED");
        CHECK(scene.blast.status(older) == "PENDING");
    }
    SECTION("the older one, when the newer was not sent") {
        scene.database.query(
            "UPDATE blast_outbox SET state = 'FAILED';"
            "UPDATE blast_counters SET unconfirmed = 0, failed = 1 WHERE unconfirmed = 1");
        CHECK(scene.retry() == 1);
        CHECK(scene.blast.status(older) == "REPLIED");
    }
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a reply to a device whose number is known answers a message of that device") {
    AttributionRules rules;
    rules.device_of_number = {{"+601140464720", "5850"}, {"+601140464721", "5851"}};
    IntakeScene scene(rules);
    TrackedBlast other(scene.database, "merdeka", "5851");
    const std::int64_t ours = scene.blast.add(MessageFixture{"+60123456789", "a"});
    MessageFixture newer{"+60123456789", "b"};
    newer.device = "5851";
    newer.sent_ago = 30;
    const std::int64_t theirs = other.add(newer);
    scene.take_in({message("60123456789", "hi", scene.now(), "601140464720")});
    CHECK(scene.blast.status(ours) == "REPLIED");
    CHECK(other.status(theirs) == "PENDING");
}

TEST_CASE("a reply that waits keeps the rules by which it came in") {
    AttributionRules rules;
    rules.window = std::chrono::hours(1);
    rules.device_of_number = {{"+601140464720", "5850"}};
    IntakeScene scene(rules);
    scene.take_in({message("60123456789", "hi", scene.now(), "601140464720")});
    MessageFixture too_old{"+60123456789", "a"};
    too_old.sent_ago = 3700;
    MessageFixture other_device{"+60123456789", "b"};
    other_device.device = "5851";
    scene.blast.add(too_old);
    TrackedBlast other(scene.database, "merdeka", "5851");
    other.add(other_device);
    CHECK(scene.retry() == 0);
    TrackedBlast right(scene.database, "deepavali");
    right.add(MessageFixture{"+60123456789", "c"});
    CHECK(scene.retry() == 1);
    CHECK(right.status(1) == "REPLIED");
}

TEST_CASE("a reply from a hidden number or a group is kept, unresolved") {
    IntakeScene scene;
    scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in(
        {R"({"message":"hi","from":"60123456789@lid"})",
         R"({"message":"hi","from":"60123456789-1@g.us"})"});
    CHECK(scene.states() == "KEPT KEPT");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_recipients WHERE status = 'REPLIED'") ==
        "0");
}
