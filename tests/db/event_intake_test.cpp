#include "blast/run/event_intake.hpp"

#include "blast/gateway/webhook_event.hpp"
#include "blast/run/finish_work.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/erasure_store.hpp"

#include "support/tracked_blast.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace blast;
using namespace blast::test;

namespace {

constexpr int slot = 9;

struct Scene {
    explicit Scene(AttributionRules attribution = {})
        : rules{std::move(attribution), OptOutWords(), slot} {}

    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};
    IntakeRules rules;

    IntakeCounts take_in(const std::vector<std::string>& bodies) {
        std::vector<InboxEvent> events;
        for (const std::string& body : bodies) {
            for (InboxEvent& event : read_webhook(body))
                events.push_back(std::move(event));
        }
        EventIntake intake(rules, std::move(events));
        finish_work(intake, connection);
        return intake.counts();
    }

    std::int64_t retry(const RetryScope& scope = RetryScope::all()) {
        return retry_waiting(connection, slot, scope);
    }

    std::int64_t now() {
        return std::stoll(database.value("SELECT floor(date_part('epoch', now()))"));
    }
    std::string states() {
        return database.value(
            "SELECT coalesce(string_agg(state, ' ' ORDER BY id), '') FROM webhook_inbox");
    }
};

std::string receipt(const std::string& id, const std::string& status) {
    return fmt::format(R"({{"messageId":"{}","status":"{}"}})", id, status);
}

/// The whole document, with phone and time.
std::string document(const std::string& id, const std::string& digits, std::int64_t at) {
    return fmt::format(
        R"({{"data":{{"key":{{"remoteJid":"{}@s.whatsapp.net","fromMe":true,"id":"{}"}},"messageTimestamp":"{}","status":"DELIVERY_ACK"}}}})",
        digits, id, at);
}

std::string message(
    const std::string& digits,
    const std::string& text,
    std::int64_t at,
    const std::string& receiver = "601140464720") {
    return fmt::format(
        R"({{"type":"text","message":"{}","from":"{}@c.us","timestamp":{},"dataReceiver":{{"jid":"{}@s.whatsapp.net"}}}})",
        text, digits, at, receiver);
}

} // namespace

TEST_CASE("a receipt is applied once, however often it comes") {
    Scene scene;
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
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in({receipt("a", "READ_ACK")});
    scene.take_in({receipt("a", "SERVER_ACK"), receipt("a", "DELIVERY_ACK")});
    CHECK(scene.blast.status(id) == "READ_ACK");
    CHECK(scene.states() == "APPLIED APPLIED APPLIED");
}

TEST_CASE("a receipt that comes before its message is recorded waits for it") {
    Scene scene;
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
    Scene scene;
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
    Scene scene;
    scene.take_in({receipt("foreign", "READ_ACK")});
    scene.database.query("UPDATE webhook_inbox SET received_at = now() - interval '9 days'");
    CHECK(scene.retry() == 0);
    CHECK(scene.states() == "KEPT");
}

TEST_CASE("what is not understood is kept as it came") {
    Scene scene;
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

TEST_CASE("a reply marks the latest message to its phone, whichever form its address has") {
    Scene scene;
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
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.database.query("UPDATE blast_recipients SET message_timestamp = 1634061784");
    scene.take_in({message("60123456789", "Ya", scene.now())});
    CHECK(scene.blast.status(id) == "REPLIED");
}

TEST_CASE("a reply from a number that WhatsApp rewrote finds its message") {
    Scene scene;
    MessageFixture mexican{"+525512345678", "a"};
    mexican.jid_phone = "+5215512345678";
    const std::int64_t id = scene.blast.add(mexican);
    scene.take_in({message("5215512345678", "Hola", scene.now())});
    CHECK(scene.blast.status(id) == "REPLIED");
}

TEST_CASE("a reply waits for a newer doubtful message and then marks what it answers") {
    Scene scene;
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
    Scene scene(rules);
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
    Scene scene(rules);
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
    Scene scene;
    scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in(
        {R"({"message":"hi","from":"60123456789@lid"})",
         R"({"message":"hi","from":"60123456789-1@g.us"})"});
    CHECK(scene.states() == "KEPT KEPT");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_recipients WHERE status = 'REPLIED'") ==
        "0");
}

TEST_CASE("an opt-out word stops what is queued, in every blast, and counts as a reply") {
    Scene scene;
    TrackedBlast next(scene.database, "merdeka");
    TrackedBlast doubtful(scene.database, "deepavali");
    const std::int64_t sent = scene.blast.add(MessageFixture{"+60123456789", "a"});
    AttemptFixture queued{"+60123456789", "QUEUED"};
    queued.attempted = false;
    const std::int64_t dropped = next.add(queued);
    AttemptFixture failed{"+60123456789", "FAILED"};
    doubtful.add(failed);
    const IntakeCounts counts = scene.take_in({message("60123456789", "Berhenti!", scene.now())});
    CHECK(counts.opted_out == 1);
    CHECK(counts.applied == 1);
    CHECK(scene.blast.status(sent) == "REPLIED");
    CHECK(
        scene.database.value("SELECT phone_number || ' ' || source FROM opt_outs") ==
        "+60123456789 webhook");
    CHECK(
        scene.database.value("SELECT string_agg(state, ' ' ORDER BY blast_id) FROM blast_outbox") ==
        "DROPPED FAILED");
    CHECK(next.history(dropped) == "DROPPED/webhook");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("an opt-out from a number that WhatsApp rewrote holds for the number that we write to") {
    Scene scene;
    MessageFixture mexican{"+525512345678", "a"};
    mexican.jid_phone = "+5215512345678";
    scene.blast.add(mexican);
    scene.take_in({message("5215512345678", "stop", scene.now())});
    CHECK(
        scene.database.value(
            "SELECT string_agg(phone_number, ' ' ORDER BY phone_number) FROM opt_outs") ==
        "+5215512345678 +525512345678");
}

TEST_CASE("an opt-out from a number that WhatsApp rewrote stops what is queued for the person") {
    Scene scene;
    TrackedBlast next(scene.database, "merdeka");
    MessageFixture sent{"+5511987654321", "a"};
    sent.jid_phone = "+551187654321";
    const std::int64_t id = scene.blast.add(sent);
    for (const char* const phone : {"+5511987654321", "+525512345678", "+60123456789"}) {
        AttemptFixture queued{phone, "QUEUED"};
        queued.attempted = false;
        next.add(queued);
    }
    // The second was never written to: +52 1 is what WhatsApp makes of a Mexican mobile number.
    const IntakeCounts counts = scene.take_in(
        {message("551187654321", "STOP", scene.now()),
         message("5215512345678", "STOP", scene.now())});
    CHECK(counts.opted_out == 2);
    CHECK(scene.blast.status(id) == "REPLIED");
    CHECK(
        scene.database.value(
            "SELECT string_agg(phone_number, ' ' ORDER BY phone_number) FROM opt_outs") ==
        "+5215512345678 +525512345678 +551187654321 +5511987654321");
    CHECK(
        scene.database.value("SELECT string_agg(state, ' ' ORDER BY id) FROM blast_outbox") ==
        "DROPPED DROPPED QUEUED");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("a number that a gateway gives for several people stands for none of them") {
    Scene scene;
    TrackedBlast next(scene.database, "merdeka");
    for (const char* const phone : {"+60123456781", "+60123456782"}) {
        MessageFixture sent{phone, phone};
        sent.jid_phone = "+551187654321";
        scene.blast.add(sent);
        AttemptFixture queued{phone, "QUEUED"};
        queued.attempted = false;
        next.add(queued);
    }
    CHECK(scene.take_in({message("551187654321", "STOP", scene.now())}).waiting == 1);
    CHECK(
        scene.database.value("SELECT string_agg(phone_number, ' ') FROM opt_outs") ==
        "+551187654321");
    CHECK(scene.database.value("SELECT count(*) FROM blast_outbox WHERE state = 'QUEUED'") == "2");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_recipients WHERE status = 'PENDING'") ==
        "2");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("what is told of a forgotten person later brings neither number nor words back") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    REQUIRE(erase_person(scene.connection, {"+60123456789"}));
    const std::string error = fmt::format(
        R"({{"data":{{"key":{{"remoteJid":"60123456789@s.whatsapp.net","fromMe":true,"id":"a"}},"messageTimestamp":"{}","status":"ERROR","error":"60123456789 is not on WhatsApp"}}}})",
        scene.now());
    CHECK(scene.take_in({error, document("a", "60123456789", scene.now() - 50)}).applied == 2);
    CHECK(scene.take_in({error}).repeats == 1);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.blast.history(id) == "PENDING/send ERROR/webhook DELIVERY_ACK/webhook");
    for (const char* const table : {"webhook_inbox", "blast_recipients", "status_history"}) {
        CAPTURE(table);
        CHECK(
            scene.database.value(fmt::format(
                "SELECT count(*) FROM {} t WHERE t::text LIKE '%60123456789%'", table)) == "0");
    }
    CHECK(
        scene.database.value("SELECT string_agg(reason, ' ') FROM webhook_inbox") ==
        "erased erased");
}

TEST_CASE("an opt-out that comes again does not undo a person's removal of it") {
    Scene scene;
    const std::string event = message("60123456789", "STOP", scene.now());
    CHECK(scene.take_in({event}).opted_out == 1);
    scene.database.query("DELETE FROM opt_outs");
    scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in({event});
    scene.retry();
    CHECK(scene.database.value("SELECT count(*) FROM opt_outs") == "0");
}

TEST_CASE("a message that only speaks of stopping is no opt-out") {
    Scene scene;
    CHECK(scene.take_in({message("60123456789", "please don't stop", scene.now())}).opted_out == 0);
    CHECK(scene.database.value("SELECT count(*) FROM opt_outs") == "0");
}

TEST_CASE("a receipt with an unknown id confirms the unconfirmed message that it fits") {
    Scene scene;
    const std::int64_t id = scene.blast.add(AttemptFixture{"+60123456789"});
    CHECK(scene.take_in({document("turned-up", "60123456789", scene.now() - 50)}).applied == 1);
    CHECK(scene.blast.status(id) == "DELIVERY_ACK");
    CHECK(scene.blast.history(id) == "PENDING/webhook DELIVERY_ACK/webhook");
    CHECK(scene.blast.column(id, "wsapme_message_data->'data'->'key'->>'id'") == "turned-up");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("what the business writes from its phone confirms nothing") {
    Scene scene;
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
    Scene scene;
    scene.blast.add(AttemptFixture{"+60123456789"});
    const std::int64_t at = scene.now() - 50;
    scene.take_in({document("ours", "60123456789", at), document("chat", "60123456789", at + 1)});
    CHECK(scene.states() == "WAITING WAITING");
    CHECK(scene.retry() == 0);
}

TEST_CASE("a receipt waits while the sender lives, and confirms when it has given up") {
    Scene scene;
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
    Scene scene;
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
    Scene scene;
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
