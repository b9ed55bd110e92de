// What a receipt for an unknown message says of an UNCONFIRMED recipient, and what it does not.
#include "support/catch.hpp"
#include "support/private_ca.hpp"
#include "support/simulator.hpp"
#include "support/temporary_database.hpp"
#include "support/tracked_blast.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using blast::test::AttemptFixture;
using blast::test::counter_mistake;
using blast::test::Environment;
using blast::test::ProcessResult;
using blast::test::Simulator;
using blast::test::simulators_ca;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::TrackedBlast;
using blast::test::WebhookService;
using nlohmann::json;

namespace {

constexpr double begun_ago = 100;
constexpr double ended_ago = 60;

AttemptFixture attempt_to(const std::string& phone, const std::string& state = "UNCONFIRMED") {
    AttemptFixture attempt{phone, state, "5850"};
    attempt.begun_ago = begun_ago;
    attempt.ended_ago = ended_ago;
    return attempt;
}

/// A receipt as the gateway writes it; what is null is left out.
std::string
receipt(const std::string& id, const json& phone, const json& at, const json& device = nullptr) {
    json body{{"key", {{"fromMe", true}, {"id", id}}}, {"status", "DELIVERY_ACK"}};
    if (!phone.is_null())
        body["key"]["remoteJid"] = phone.get<std::string>() + "@s.whatsapp.net";
    if (!at.is_null())
        body["messageTimestamp"] = std::to_string(at.get<std::int64_t>());
    if (!device.is_null())
        body["device"] = device;
    return body.dump();
}

std::int64_t seconds_ago(TemporaryDatabase& database, double seconds) {
    return std::stoll(database.value(fmt::format(
        "SELECT floor(date_part('epoch', now() - make_interval(secs => {})))", seconds)));
}

std::string outbox(TemporaryDatabase& database) {
    return database.value(
        "SELECT coalesce(string_agg(state, ' ' ORDER BY blast_id, id), '') FROM blast_outbox");
}

} // namespace

TEST_CASE("a message whose answer was lost is confirmed by its receipt, and not sent again") {
    TemporaryDatabase database;
    Simulator gateway({"--fault", "reset-after=1"});
    const TemporaryFolder folder;
    const Environment environment{
        {"DATABASE_URL", database.url()},
        {"WSAPME_USER_TOKEN", "t0ken"},
        {"WSAPME_DEVICE", "5850"},
        {"WSAPME_API_URL", gateway.url()},
        {"WSAPME_CA_FILE", simulators_ca().certificate()},
        {"XDG_STATE_HOME", folder.path()},
        {"XDG_CONFIG_HOME", folder.path()}};
    const ProcessResult sent = blast::test::run(
        {"blast-send", "--csv", folder.write("one.csv", "name,phone\nAli,+60123456789\n"),
         "--message", "Hi", "--tag", "raya", "--rate", "max", "--yes"},
        environment);
    CHECK(sent.exit_code == 1);
    CHECK(outbox(database) == "UNCONFIRMED");
    REQUIRE(gateway.accepted() == 1);
    const std::string id = gateway.journal().at(0).id;

    const WebhookService hook(database.url());
    const auto at = static_cast<std::int64_t>(gateway.journal().at(0).time);
    CHECK(hook.post(receipt(id, "60123456789", at)).status == 200);
    CHECK(outbox(database).empty());
    CHECK(
        database.value(
            "SELECT message_id || ' ' || status || ' ' || device FROM blast_recipients") ==
        id + " DELIVERY_ACK 5850");
    CHECK(
        database.value(
            "SELECT string_agg(status || '/' || source, ' ' ORDER BY id) FROM status_history"
            " WHERE message_id IS NOT NULL") == "PENDING/webhook DELIVERY_ACK/webhook");
    CHECK(counter_mistake(database).empty());

    gateway.kill();
    gateway.start({});
    const ProcessResult resumed = blast::test::run(
        {"blast-send", "--resume", "latest", "--resend-unconfirmed", "--yes", "--format", "json"},
        environment);
    CHECK(resumed.exit_code == 0);
    CHECK(json::parse(resumed.out)["sent"] == 1);
    CHECK(gateway.accepted() == 1);
}

TEST_CASE("a receipt confirms only what is surely the message that it is about") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    struct LostClaim {
        const char* what;
        json phone;
        json seconds_ago;
        json device;
        const char* other_row;
        const char* state;
        bool confirms;
    };
    const json ali = "60123456789";
    const std::vector<LostClaim> table{
        {"it fits", ali, 80, nullptr, "", "UNCONFIRMED", true},
        {"at the beginning, with slack", ali, begun_ago + 4, nullptr, "", "UNCONFIRMED", true},
        {"at the end, with slack", ali, ended_ago - 4, nullptr, "", "UNCONFIRMED", true},
        {"it names the device", ali, 80, "5850", "", "UNCONFIRMED", true},
        {"it names the device by a number", ali, 80, 5850, "", "UNCONFIRMED", true},
        {"the other row is done with", ali, 80, nullptr, "FAILED", "UNCONFIRMED", true},
        {"no phone", nullptr, 80, nullptr, "", "UNCONFIRMED", false},
        {"no time", ali, nullptr, nullptr, "", "UNCONFIRMED", false},
        {"another phone", "60123456780", 80, nullptr, "", "UNCONFIRMED", false},
        {"another device", ali, 80, "5851", "", "UNCONFIRMED", false},
        {"before the attempt", ali, begun_ago + 7, nullptr, "", "UNCONFIRMED", false},
        {"after the attempt", ali, ended_ago - 8, nullptr, "", "UNCONFIRMED", false},
        {"two rows are open", ali, 80, nullptr, "UNCONFIRMED", "UNCONFIRMED", false},
        {"another is being sent", ali, 80, nullptr, "SENDING", "UNCONFIRMED", false},
        {"a sender still has it", ali, 80, nullptr, "", "SENDING", false},
        {"it was refused", ali, 80, nullptr, "", "FAILED", false},
        {"it was never tried", ali, 80, nullptr, "", "QUEUED", false},
    };
    for (const LostClaim& doubt : table) {
        CAPTURE(doubt.what);
        database.query("TRUNCATE blasts, blast_outbox, blast_recipients, blast_counters,"
                       " status_history, webhook_inbox");
        TrackedBlast blast(database, "raya");
        AttemptFixture attempt = attempt_to("+60123456789", doubt.state);
        attempt.attempted = std::string(doubt.state) != "QUEUED";
        if (std::string(doubt.state) == "SENDING")
            attempt.ended_ago = -30;
        blast.add(attempt);
        TrackedBlast other(database, "merdeka");
        if (*doubt.other_row != '\0')
            other.add(attempt_to("+60123456789", doubt.other_row));
        const std::string before = outbox(database);
        const json at = doubt.seconds_ago.is_null()
                            ? json(nullptr)
                            : json(seconds_ago(database, doubt.seconds_ago.get<double>()));
        CHECK(hook.post(receipt("unknown", doubt.phone, at, doubt.device)).status == 200);
        CHECK((outbox(database) != before) == doubt.confirms);
        CHECK(
            database.value("SELECT count(*) FROM blast_recipients") ==
            (doubt.confirms ? "1" : "0"));
        CHECK(
            database.value("SELECT state FROM webhook_inbox") ==
            (doubt.confirms ? "APPLIED" : "WAITING"));
        CHECK(counter_mistake(database).empty());
    }
}

TEST_CASE("what the business writes by hand at that time leaves the recipient in doubt") {
    TemporaryDatabase database;
    TrackedBlast blast(database);
    blast.add(attempt_to("+60123456789"));
    const WebhookService hook(database.url());
    const json at = seconds_ago(database, 80);
    // Together: one of the two was written by hand, and nothing tells which.
    CHECK(
        hook.post(
                "[" + receipt("ours", "60123456789", at) + "," +
                receipt("chat", "60123456789", at) + "]")
            .status == 200);
    CHECK(outbox(database) == "UNCONFIRMED");
    CHECK(database.value("SELECT string_agg(state, ' ') FROM webhook_inbox") == "WAITING WAITING");
    // What a person wrote to us is no message of ours, whatever its status.
    json theirs = json::parse(receipt("theirs", "60123456789", at));
    theirs["key"]["fromMe"] = false;
    CHECK(hook.post(theirs.dump()).status == 200);
    CHECK(outbox(database) == "UNCONFIRMED");
}
