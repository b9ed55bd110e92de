// What webhooks change: every shape that docs/gateway.md knows, as JSON and as a form, posted to the real server.
#include "support/catch.hpp"
#include "support/private_ca.hpp"
#include "support/simulator.hpp"
#include "support/temporary_database.hpp"
#include "support/tracked_blast.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

using blast::test::AttemptFixture;
using blast::test::counter_mistake;
using blast::test::JournalEntry;
using blast::test::MessageFixture;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Simulator;
using blast::test::simulators_ca;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::TrackedBlast;
using blast::test::wait_until;
using blast::test::WebhookService;
using nlohmann::json;

namespace {

constexpr const char* ali = "60123456789";

std::int64_t now_of(TemporaryDatabase& database) {
    return std::stoll(database.value("SELECT floor(date_part('epoch', now()))"));
}

std::string message(const std::string& from, const std::string& text, std::int64_t at) {
    const json body{
        {"type", "text"},
        {"message", text},
        {"file", ""},
        {"from", from},
        {"timestamp", at},
        {"is_forwarded", false},
        {"is_broadcast", false},
        {"dataSender", ""},
        {"dataReceiver",
         {{"jid", "601140464720@s.whatsapp.net"},
          {"name", "Demo"},
          {"phone", json::object()},
          {"imgUrl", ""}}}};
    return body.dump();
}

std::string status_example(const std::string& id, std::int64_t at, const std::string& status) {
    return fmt::format(
        R"({{"key":{{"remoteJid":"{}@s.whatsapp.net","fromMe":true,"id":"{}"}},"message":{{"conversation":"Hi"}},)"
        R"("messageTimestamp":"{}","status":"{}","messageC2STimestamp":"{}"}})",
        ali, id, at, status, at + 1);
}

/// Sends to these people with the real blast-send and returns how it ended.
Process start_blast(
    TemporaryDatabase& database,
    const Simulator& gateway,
    const std::string& csv,
    const std::string& tag,
    const std::vector<std::string>& more) {
    std::vector<std::string> command{"blast-send", "--csv", csv,     "--message", "Hi {{name}}",
                                     "--tag",      tag,     "--yes", "--format",  "json"};
    command.insert(command.end(), more.begin(), more.end());
    return Process(
        command, {{"DATABASE_URL", database.url()},
                  {"WSAPME_USER_TOKEN", "t0ken"},
                  {"WSAPME_DEVICE", "5850"},
                  {"WSAPME_API_URL", gateway.url()},
                  {"WSAPME_CA_FILE", simulators_ca().certificate()},
                  {"XDG_CONFIG_HOME", "/nonexistent"}});
}

std::string people(const TemporaryFolder& folder, int count) {
    std::string csv = "name,phone\n";
    for (int i = 0; i < count; ++i)
        csv += fmt::format("Person {},+6012{}\n", i, 3'000'000 + i);
    return folder.write("people.csv", csv);
}

} // namespace

TEST_CASE("a status change is understood in every shape, as JSON and as a form") {
    TemporaryDatabase database;
    TrackedBlast blast(database);
    const std::int64_t at = now_of(database) - 30;
    const std::int64_t id = blast.add(MessageFixture{std::string("+") + ali, "3EB0"});
    const WebhookService hook(database.url());
    const std::string bare = status_example("3EB0", at, "DELIVERY_ACK");
    struct Shape {
        bool form;
        std::string body;
    };
    const std::vector<Shape> shapes{
        {false, bare},
        {false, R"({"data":)" + bare + "}"},
        {false, R"({"success":true,"data":)" + bare + "}"},
        {false,
         R"({"messageId":"3EB0","status":"DELIVERY_ACK","messageC2STimestamp":"1768716041"})"},
        {false, R"([{"messageId":"other","status":"READ"},)" + bare + "]"},
        {true, "messageId=3EB0&status=DELIVERY_ACK&messageC2STimestamp=1768716041"},
        {true,
         "key%5Bid%5D=3EB0&key%5BremoteJid%5D=60123456789%40s.whatsapp.net&status=DELIVERY_ACK"},
        {true, "data%5BmessageId%5D=3EB0&data%5Bstatus%5D=DELIVERY_ACK"},
        {true, "data=%7B%22messageId%22%3A%223EB0%22%2C%22status%22%3A%22DELIVERY_ACK%22%7D"},
    };
    for (const Shape& shape : shapes) {
        CAPTURE(shape.body);
        database.query("UPDATE blast_recipients SET status = 'PENDING'; DELETE FROM webhook_inbox;"
                       "UPDATE blast_counters SET pending = 1, delivery_ack = 0 WHERE slot = 0;"
                       "DELETE FROM blast_counters WHERE slot <> 0");
        CHECK((shape.form ? hook.post_form(shape.body) : hook.post(shape.body)).status == 200);
        CHECK(blast.status(id) == "DELIVERY_ACK");
        CHECK(counter_mistake(database).empty());
    }
}

TEST_CASE("STOP opts a phone out however the gateway writes who said it") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    const std::vector<std::string> spellings{
        "+60123456701@c.us", "60123456702",  "60123456703@C.US",           "60123456704@c.us ",
        " 60123456705@c.us", "+60123456706", "60123456707@S.WhatsApp.Net", "60123456708@c.us\\n"};
    for (const std::string& from : spellings) {
        CAPTURE(from);
        CHECK(
            hook.post(R"({"type":"text","message":"STOP","from":")" + from + R"("})").status ==
            200);
    }
    for (std::size_t i = 1; i <= spellings.size(); ++i) {
        CAPTURE(spellings[i - 1]);
        CHECK(
            database.value(fmt::format(
                "SELECT count(*) FROM opt_outs WHERE phone_number = '+6012345670{}'", i)) == "1");
    }
}

TEST_CASE("what cannot be understood or matched is answered 200 and kept as it came") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    const std::vector<std::string> bodies{
        "",
        "<html>moved</html>",
        "garbage",
        "[]",
        R"({"messageId":"3EB0","status":true})",
        R"({"messageId":"3EB0","status":4})",
        R"({"success":true})",
        R"({"message":"hi","from":"120363043968066561@g.us"})",
        R"({"message":"hi","from":"186325734921@lid"})",
        R"({"message":"hi","from":"status@broadcast"})"};
    for (const std::string& body : bodies) {
        CAPTURE(body);
        CHECK(hook.post(body).status == 200);
        CHECK(
            database.value(
                "SELECT state || ' ' || (reason IS NOT NULL) FROM webhook_inbox ORDER BY id DESC LIMIT 1") ==
            "KEPT true");
        CHECK(database.value("SELECT body FROM webhook_inbox ORDER BY id DESC LIMIT 1") == body);
    }
}

TEST_CASE("a reply marks the latest message to its phone, by both kinds of address") {
    TemporaryDatabase database;
    TrackedBlast older(database, "raya");
    TrackedBlast newer(database, "merdeka");
    MessageFixture to_ali{std::string("+") + ali, "a"};
    to_ali.sent_ago = 600;
    const std::int64_t first = older.add(to_ali);
    to_ali.sent_ago = 60;
    to_ali.message_id = "b";
    const std::int64_t second = newer.add(to_ali);
    const WebhookService hook(database.url());
    const std::int64_t now = now_of(database);

    // It was written between the two.
    CHECK(hook.post(message("60123456789@s.whatsapp.net", "Ya, nak", now - 300)).status == 200);
    CHECK(older.status(first) == "REPLIED");
    CHECK(newer.status(second) == "PENDING");
    CHECK(older.column(first, "reply_text") == "Ya, nak");
    CHECK(hook.post(message("60123456789@c.us", "Berapa?", now)).status == 200);
    CHECK(newer.status(second) == "REPLIED");
    CHECK(newer.column(second, "read_timestamp").empty());
    CHECK(newer.history(second) == "PENDING/send REPLIED/webhook");

    const ProcessResult report = blast::test::run(
        {"blast-report", std::to_string(newer.id()), "--format", "json"},
        {{"DATABASE_URL", database.url()}, {"XDG_CONFIG_HOME", "/nonexistent"}});
    const json document = json::parse(report.out);
    CHECK(document["funnel"] == json{{"sent", 1}, {"received", 1}, {"read", 1}, {"replied", 1}});
    CHECK(document["replied_without_receipt"] == 1);
    CHECK(counter_mistake(database).empty());
}

TEST_CASE(
    "a reply is credited within --attribution, and to the device that got it where that is known") {
    TemporaryDatabase database;
    TrackedBlast ours(database, "raya", "5850");
    TrackedBlast theirs(database, "merdeka", "5851");
    MessageFixture to_ali{std::string("+") + ali, "a"};
    to_ali.sent_ago = 1800;
    const std::int64_t by_5850 = ours.add(to_ali);
    to_ali.message_id = "b";
    to_ali.device = "5851";
    to_ali.sent_ago = 60;
    const std::int64_t by_5851 = theirs.add(to_ali);
    const std::int64_t now = now_of(database);
    {
        const WebhookService strict(
            database.url(), {"--attribution", "10m"},
            {{"WSAPME_DEVICE_NUMBERS", "5850=+601140464720"}});
        CHECK(strict.post(message("60123456789@c.us", "late", now)).status == 200);
        CHECK(database.value("SELECT state FROM webhook_inbox") == "WAITING");
    }
    const WebhookService hook(
        database.url(), {"--attribution", "1h"}, {{"WSAPME_DEVICE_NUMBERS", "5850=01140464720"}});
    CHECK(hook.post(message("60123456789@c.us", "in time", now)).status == 200);
    CHECK(ours.status(by_5850) == "REPLIED");
    CHECK(theirs.status(by_5851) == "PENDING");
}

TEST_CASE(
    "a reply waits for a newer message that is in doubt, and finds it by itself when it is recorded") {
    TemporaryDatabase database;
    TrackedBlast older(database, "raya");
    TrackedBlast newer(database, "merdeka");
    const std::int64_t sent = older.add(MessageFixture{std::string("+") + ali, "a"});
    AttemptFixture doubtful{std::string("+") + ali, "UNCONFIRMED"};
    doubtful.begun_ago = 40;
    doubtful.ended_ago = 20;
    const std::int64_t open = newer.add(doubtful);
    const WebhookService hook(database.url());
    const std::int64_t now = now_of(database);
    CHECK(hook.post(message("60123456789@c.us", "hi", now)).status == 200);
    CHECK(older.status(sent) == "PENDING");
    CHECK(database.value("SELECT state FROM webhook_inbox") == "WAITING");
    // Its receipt confirms the doubtful message, and the server tries the reply again.
    CHECK(hook.post(status_example("turned-up", now - 39, "DELIVERY_ACK")).status == 200);
    wait_until("the reply to be credited", [&] { return newer.status(open) == "REPLIED"; });
    CHECK(older.status(sent) == "PENDING");
    CHECK(counter_mistake(database).empty());
}

TEST_CASE("an opt-out stops a blast that runs: the phone gets nothing, now and later") {
    TemporaryDatabase database;
    const Simulator gateway({"--token", "t0ken"});
    const TemporaryFolder folder;
    const std::string csv = people(folder, 12);
    const WebhookService hook(database.url(), {"--opt-out-word", "Tidak berminat"});
    Process sender =
        start_blast(database, gateway, csv, "raya", {"--rate", "4/s", "--jitter", "0"});
    wait_until("the blast to run", [&] { return gateway.accepted() >= 2; });
    const std::int64_t now = now_of(database);
    CHECK(hook.post(message("60123000011@c.us", "BERHENTI!!", now)).status == 200);
    CHECK(hook.post(message("60123000010@c.us", "tidak berminat.", now)).status == 200);
    CHECK(hook.post(message("60123000009@c.us", "bila berhenti?", now)).status == 200);
    const ProcessResult result = sender.wait();
    INFO(result.err);
    const json summary = json::parse(result.out);
    CHECK(summary["sent"] == 10);
    CHECK(summary["dropped"] == 2);
    std::set<std::string> reached;
    for (const JournalEntry& entry : gateway.journal())
        reached.insert(entry.to);
    CHECK(reached.size() == 10);
    CHECK(reached.count("+60123000011") + reached.count("+60123000010") == 0);
    CHECK(
        database.value("SELECT string_agg(state || ' ' || last_error, ', ') FROM blast_outbox") ==
        "DROPPED opted out, DROPPED opted out");
    CHECK(counter_mistake(database).empty());

    const ProcessResult later =
        start_blast(database, gateway, csv, "merdeka", {"--rate", "max"}).wait();
    CHECK(json::parse(later.out)["skipped"]["opted_out"] == 2);
    CHECK(json::parse(later.out)["sent"] == 10);
}

TEST_CASE(
    "receipts and replies that the gateway posts while a blast is sent all find their message") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    const Simulator gateway(
        {"--webhook", hook.webhook_url(), "--speed", "1000000", "--delivered", "36/40", "--read",
         "30/40", "--replied", "20/40"});
    const TemporaryFolder folder;
    const ProcessResult sent =
        start_blast(database, gateway, people(folder, 40), "raya", {"--rate", "max"}).wait();
    INFO(sent.err);
    CHECK(json::parse(sent.out)["sent"] == 40);
    const std::string funnel =
        "SELECT count(*) || ' ' || count(*) FILTER (WHERE status <> 'PENDING') || ' ' ||"
        " count(*) FILTER (WHERE status IN ('READ_ACK', 'REPLIED')) || ' ' ||"
        " count(*) FILTER (WHERE status = 'REPLIED') FROM blast_recipients";
    wait_until("the funnel", [&] { return database.value(funnel) == "40 36 30 20"; });
    wait_until("all events to be applied", [&] {
        return database.value("SELECT count(*) FROM webhook_inbox WHERE state <> 'APPLIED'") == "0";
    });
    CHECK(counter_mistake(database).empty());
}
