#include "blast/store/connection.hpp"
#include "blast/store/erasure_store.hpp"
#include "blast/store/manual_changes.hpp"
#include "blast/store/opt_out_store.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

using namespace blast;
using blast::test::AttemptFixture;
using blast::test::counter_mistake;
using blast::test::MessageFixture;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;

namespace {

const std::string ann = "+60123456789";
const std::string ben = "+60123456780";

std::int64_t queue(TrackedBlast& blast, const std::string& phone) {
    AttemptFixture row;
    row.phone = phone;
    row.state = "QUEUED";
    row.attempted = false;
    return blast.add(row);
}

struct Fixture {
    TemporaryDatabase database;
    Connection connection{database.url()};
    TrackedBlast blast{database};

    std::int64_t
    attempt(const std::string& phone, const std::string& state, double lease_ended_ago) {
        AttemptFixture row;
        row.phone = phone;
        row.state = state;
        row.ended_ago = lease_ended_ago;
        return blast.add(row);
    }

    std::string outbox(std::int64_t id, const std::string& column) {
        return database.value(
            "SELECT coalesce((SELECT (" + column + ")::text FROM blast_outbox WHERE blast_id = " +
            std::to_string(blast.id()) + " AND id = " + std::to_string(id) + "), '')");
    }
};

} // namespace

TEST_CASE("An opt-out drops what is queued for the phone in every blast, and nothing else") {
    Fixture f;
    TrackedBlast other(f.database, "other");
    const std::int64_t queued = queue(f.blast, ann);
    queue(other, ann);
    const std::int64_t bens = queue(f.blast, ben);
    const OptOutChanges changes = add_opt_outs(f.connection, {{ann, "asked"}}, "manual");
    CHECK(changes.added == 1);
    CHECK(changes.dropped == 2);
    CHECK(f.outbox(queued, "state") == "DROPPED");
    CHECK(f.outbox(queued, "last_error") == "opted out");
    CHECK(f.outbox(queued, "ended_at IS NOT NULL") == "true");
    CHECK(f.outbox(bens, "state") == "QUEUED");
    CHECK(f.blast.history(queued) == "DROPPED/manual");
    CHECK(counter_mistake(f.database).empty());

    const OptOutChanges again = add_opt_outs(f.connection, {{ann, "again"}}, "import");
    CHECK(again.added == 0);
    CHECK(again.dropped == 0);
    CHECK(f.database.value("SELECT source || ' ' || reason FROM opt_outs") == "manual asked");
}

TEST_CASE("A long opt-out list is taken over in groups, and read in pages") {
    Fixture f;
    std::vector<OptOutEntry> entries;
    entries.reserve(2500);
    for (int i = 0; i < 2500; ++i) {
        entries.push_back({"+6012" + std::to_string(3000000 + i), ""});
    }
    const std::int64_t last = queue(f.blast, entries.back().phone);
    const OptOutChanges changes = add_opt_outs(f.connection, entries, "import");
    CHECK(changes.added == 2500);
    CHECK(changes.dropped == 1);
    CHECK(f.outbox(last, "state") == "DROPPED");
    const std::vector<OptOut> page = list_opt_outs(f.connection, "", 2000);
    REQUIRE(page.size() == 2000);
    CHECK(list_opt_outs(f.connection, page.back().phone, 2000).size() == 500);
    CHECK(page.front().source == "import");
    CHECK(page.front().reason.empty());
}

TEST_CASE("Removing an opt-out tells who was on the list") {
    Fixture f;
    add_opt_outs(f.connection, {{ann, ""}}, "manual");
    CHECK(is_opted_out(f.connection, {ann}));
    CHECK(remove_opt_outs(f.connection, {ann, ben}) == std::vector<std::string>{ann});
    CHECK_FALSE(is_opted_out(f.connection, {ann}));
}

TEST_CASE("An UNCONFIRMED recipient is queued again, or dropped as sent, on a person's word") {
    Fixture f;
    const std::int64_t unsent = f.attempt(ann, "UNCONFIRMED", 30);
    const std::int64_t sent = f.attempt(ben, "UNCONFIRMED", 30);
    const Resolution queued = resolve_unconfirmed(f.connection, f.blast.id(), ann, false);
    CHECK(queued.resolved);
    CHECK(queued.state == "QUEUED");
    CHECK(f.outbox(unsent, "state") == "QUEUED");
    CHECK(
        f.outbox(unsent, "ended_at IS NULL AND lease_until IS NULL AND attempt_id IS NOT NULL") ==
        "true");
    CHECK(f.blast.history(unsent) == "QUEUED/manual");
    CHECK(resolve_unconfirmed(f.connection, f.blast.id(), ben, true).resolved);
    CHECK(f.outbox(sent, "state") == "DROPPED");
    CHECK(f.outbox(sent, "last_error") == "sent, message id unknown (resolved by hand)");
    CHECK(f.outbox(sent, "ended_at IS NOT NULL") == "true");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("What a dead sender left can be resolved, what a living one holds cannot") {
    Fixture f;
    const std::int64_t dead = f.attempt(ann, "SENDING", 5);
    const std::int64_t living = f.attempt(ben, "SENDING", -60);
    CHECK(resolve_unconfirmed(f.connection, f.blast.id(), ann, false).resolved);
    CHECK(f.outbox(dead, "state") == "QUEUED");
    const Resolution refused = resolve_unconfirmed(f.connection, f.blast.id(), ben, false);
    CHECK_FALSE(refused.resolved);
    CHECK(refused.state == "SENDING");
    CHECK(f.outbox(living, "state") == "SENDING");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("Who is not UNCONFIRMED is left as he is, and his state told") {
    Fixture f;
    queue(f.blast, "+60120000001");
    f.attempt("+60120000002", "FAILED", 30);
    MessageFixture read;
    read.phone = "+60120000003";
    read.message_id = "A";
    read.status = "READ_ACK";
    f.blast.add(read);
    const auto state = [&](const char* phone) {
        const Resolution resolution = resolve_unconfirmed(f.connection, f.blast.id(), phone, true);
        CHECK_FALSE(resolution.resolved);
        return resolution.state;
    };
    CHECK(state("+60120000001") == "QUEUED");
    CHECK(state("+60120000002") == "FAILED");
    CHECK(state("+60120000003") == "READ_ACK");
    CHECK(state("+60120000004").empty());
    CHECK(f.database.value("SELECT count(*) FROM status_history WHERE source = 'manual'") == "0");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("Cancelling drops all that is queued in one blast, and is safe to repeat") {
    Fixture f;
    TrackedBlast other(f.database, "other");
    const std::int64_t first = queue(f.blast, ann);
    queue(f.blast, ben);
    const std::int64_t sending = f.attempt("+60120000001", "SENDING", -60);
    queue(other, ann);
    const Cancellation cancelled = cancel_blast(f.connection, f.blast.id());
    CHECK(cancelled.dropped == 2);
    REQUIRE(cancelled.on_their_way.size() == 1);
    CHECK(cancelled.on_their_way[0].blast_id == f.blast.id());
    CHECK(cancelled.on_their_way[0].phone == "+60120000001");
    CHECK(f.outbox(first, "state || ' ' || last_error") == "DROPPED cancelled");
    CHECK(f.outbox(sending, "state") == "SENDING");
    CHECK(f.blast.history(first) == "DROPPED/manual");
    CHECK(f.database.value("SELECT count(*) FROM blast_outbox WHERE state = 'QUEUED'") == "1");
    CHECK(cancel_blast(f.connection, f.blast.id()).dropped == 0);
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE(
    "Nothing of a person is left anywhere after forget but the opt-out, and the counts stay") {
    Fixture f;
    TrackedBlast sent_in(f.database, "sent");
    MessageFixture message;
    message.phone = ann;
    message.message_id = "WAMID1";
    message.status = "REPLIED";
    message.jid_phone = "+5491123456789";
    const std::int64_t sent = sent_in.add(message);
    const std::int64_t queued = queue(f.blast, ann);
    queue(f.blast, ben);
    f.database.query(
        "UPDATE blast_recipients SET reply_text = 'call me', variables = '{\"name\": \"Ann Lee\"}',"
        " wsapme_message_data = '{\"key\": {\"remoteJid\": \"60123456789@s.whatsapp.net\"}}',"
        " undeliverable_reason = 'no 60123456789';"
        "UPDATE blast_outbox SET variables = '{\"name\": \"Ann Lee\"}' WHERE phone_number = '" +
        ann +
        "';"
        "INSERT INTO status_history (blast_id, recipient_id, status, source, detail)"
        " VALUES (" +
        std::to_string(sent_in.id()) + ", " + std::to_string(sent) +
        ", 'REPLIED', 'webhook', 'Ann Lee');"
        "INSERT INTO webhook_inbox (digest, body, kind, state, message_id, phone_number) VALUES"
        " ('a', '{\"from\": \"60123456789@c.us\"}', 'message', 'WAITING', NULL, '" +
        ann +
        "'),"
        " ('b', '{\"messageId\": \"WAMID1\", \"name\": \"Ann Lee\"}', 'status', 'APPLIED', 'WAMID1', NULL),"
        " ('c', 'x=60123456789&n=Ann Lee', 'unknown', 'KEPT', NULL, NULL),"
        " ('d', '{\"from\": \"601234567890@c.us\"}', 'message', 'WAITING', NULL, '+601234567890')");
    add_opt_outs(f.connection, {{ann, ""}}, "manual");

    const PersonRecords person = find_person(f.connection, {ann});
    CHECK(person.blasts == std::vector<std::int64_t>{f.blast.id(), sent_in.id()});
    CHECK_FALSE(person.being_sent);
    const std::optional<Erasure> erasure = erase_person(f.connection, {ann});
    REQUIRE(erasure);
    CHECK(erasure->recipients == 2);
    CHECK(erasure->events == 3);

    for (const char* const table :
         {"blast_recipients", "blast_outbox", "status_history", "webhook_inbox"}) {
        CAPTURE(table);
        const std::string rows = f.database.value(
            "SELECT coalesce(string_agg(t::text, ' '), '') FROM " + std::string(table) + " t");
        CHECK(rows.find("Ann Lee") == std::string::npos);
        CHECK(rows.find("call me") == std::string::npos);
        CHECK(rows.find("5491123456789") == std::string::npos);
        CHECK_FALSE(f.database.value("SELECT '" + rows + "' ~ '60123456789([^0-9]|$)'") == "t");
    }
    CHECK(sent_in.status(sent) == "REPLIED");
    CHECK(sent_in.column(sent, "phone_number IS NULL AND erased_at IS NOT NULL") == "true");
    CHECK(f.outbox(queued, "state || ' ' || last_error") == "DROPPED opted out");
    CHECK(is_opted_out(f.connection, {ann}));
    CHECK(f.database.value("SELECT count(*) FROM webhook_inbox WHERE state = 'WAITING'") == "1");
    CHECK(counter_mistake(f.database).empty());
    CHECK(find_person(f.connection, {ann}).blasts.empty());
}

TEST_CASE("What is queued for a person who is forgotten becomes DROPPED") {
    Fixture f;
    const std::int64_t queued = queue(f.blast, ann);
    CHECK(erase_person(f.connection, {ann}));
    CHECK(
        f.outbox(queued, "state || ' ' || last_error || ' ' || variables") ==
        "DROPPED forgotten {}");
    CHECK(f.blast.history(queued) == "DROPPED/manual");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("A blast is cancelled whole where a person was erased whose sender had died") {
    Fixture f;
    const std::int64_t erased = f.attempt(ann, "SENDING", 10);
    REQUIRE(erase_person(f.connection, {ann}));
    const std::int64_t queued = queue(f.blast, ben);
    const Cancellation cancelled = cancel_blast(f.connection, f.blast.id());
    CHECK(cancelled.dropped == 1);
    CHECK(cancelled.on_their_way.empty());
    CHECK(f.outbox(queued, "state") == "DROPPED");
    CHECK(f.outbox(erased, "state || ' ' || drop_reason") == "SENDING cancelled");
    CHECK(f.outbox(erased, "phone_number IS NULL AND erased_at IS NOT NULL") == "true");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("Who is being sent to right now is not forgotten half-way") {
    Fixture f;
    const std::int64_t sending = f.attempt(ann, "SENDING", -60);
    const PersonRecords person = find_person(f.connection, {ann});
    CHECK(person.being_sent);
    CHECK_FALSE(erase_person(f.connection, {ann}));
    CHECK(f.outbox(sending, "phone_number") == ann);
}

TEST_CASE("A person is found by the number that WhatsApp made of theirs, unless several have it") {
    Fixture f;
    MessageFixture message;
    message.phone = ann;
    message.message_id = "A";
    message.jid_phone = "+551187654321";
    const std::int64_t id = f.blast.add(message);
    CHECK(
        find_person(f.connection, {ann}).numbers ==
        std::vector<std::string>{message.jid_phone, ann});
    CHECK(
        find_person(f.connection, {message.jid_phone}).numbers ==
        std::vector<std::string>{message.jid_phone, ann});
    message.phone = ben;
    message.message_id = "B";
    const std::int64_t bens = f.blast.add(message);
    CHECK(find_person(f.connection, {ann}).numbers == std::vector<std::string>{ann});
    const auto nobody = erase_person(f.connection, {message.jid_phone});
    REQUIRE(nobody);
    CHECK(nobody->recipients == 0);
    CHECK(f.blast.column(id, "phone_number") == ann);
    CHECK(f.blast.column(bens, "phone_number") == ben);
}
