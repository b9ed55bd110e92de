#include "blast/store/erasure_store.hpp"

#include "db/intake_scene.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <string>

using namespace blast;
using namespace blast::test;

TEST_CASE("an opt-out word stops what is queued, in every blast, and counts as a reply") {
    IntakeScene scene;
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
    IntakeScene scene;
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
    IntakeScene scene;
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
    IntakeScene scene;
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
        scene.database.value(
            "SELECT string_agg(phone_number, ' ' ORDER BY phone_number) FROM opt_outs") ==
        "+551187654321 +5511987654321"); // that number alone, as people and WhatsApp write it
    CHECK(scene.database.value("SELECT count(*) FROM blast_outbox WHERE state = 'QUEUED'") == "2");
    CHECK(
        scene.database.value("SELECT count(*) FROM blast_recipients WHERE status = 'PENDING'") ==
        "2");
    CHECK(counter_mistake(scene.database).empty());
}

TEST_CASE("what is told of a forgotten person later brings neither number nor words back") {
    IntakeScene scene;
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
    IntakeScene scene;
    const std::string event = message("60123456789", "STOP", scene.now());
    CHECK(scene.take_in({event}).opted_out == 1);
    scene.database.query("DELETE FROM opt_outs");
    scene.blast.add(MessageFixture{"+60123456789", "a"});
    scene.take_in({event});
    scene.retry();
    CHECK(scene.database.value("SELECT count(*) FROM opt_outs") == "0");
}

TEST_CASE("a message that only speaks of stopping is no opt-out") {
    IntakeScene scene;
    CHECK(scene.take_in({message("60123456789", "please don't stop", scene.now())}).opted_out == 0);
    CHECK(scene.database.value("SELECT count(*) FROM opt_outs") == "0");
}
