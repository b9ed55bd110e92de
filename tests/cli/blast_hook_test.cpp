// The webhook server as the gateway sees it.
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/temporary_database.hpp"
#include "support/tracked_blast.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

using blast::test::counter_mistake;
using blast::test::HttpAnswer;
using blast::test::HttpClient;
using blast::test::MessageFixture;
using blast::test::query;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;
using blast::test::wait_until;
using blast::test::WebhookService;
using blast::test::with_database;

namespace {

constexpr std::size_t body_limit = 65536;

std::string receipt(const std::string& id, const std::string& status) {
    return fmt::format(R"({{"messageId":"{}","status":"{}"}})", id, status);
}

std::string kept_events(TemporaryDatabase& database) {
    return database.value("SELECT count(*) FROM webhook_inbox");
}

/// A body of exactly that many bytes that cannot be understood.
std::string body_of(std::size_t size) {
    return R"({"x":")" + std::string(size - 8, 'x') + R"("})";
}

/// Ends the connections to a database and lets nobody in, as if it were away.
void shut(const std::string& url, const std::string& name) {
    query(
        with_database(url, "postgres"),
        fmt::format(
            "ALTER DATABASE \"{0}\" ALLOW_CONNECTIONS false;"
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'",
            name));
}

/// Several senders, again and again at the same moment: each gets its 503 at once.
void check_that_all_are_refused(const WebhookService& hook) {
    constexpr int senders = 4;
    constexpr int rounds = 100;
    std::vector<std::unique_ptr<HttpClient>> clients;
    clients.reserve(senders);
    for (int i = 0; i < senders; ++i)
        clients.push_back(std::make_unique<HttpClient>(hook.url()));
    int refused = 0;
    for (int round = 0; round < rounds; ++round) {
        for (const auto& client : clients)
            client->start("POST", WebhookService::path(), receipt("meanwhile", "READ"), {});
        for (const auto& client : clients)
            refused += client->finish().status == 503 ? 1 : 0;
    }
    CHECK(refused == senders * rounds);
}

void open_again(const std::string& url, const std::string& name) {
    query(
        with_database(url, "postgres"),
        fmt::format("ALTER DATABASE \"{}\" ALLOW_CONNECTIONS true", name));
}

} // namespace

TEST_CASE("a webhook is answered 200 when its event is committed, and applied once") {
    TemporaryDatabase database;
    TrackedBlast blast(database);
    const std::int64_t id = blast.add(MessageFixture{"+60123456789", "3EB0"});
    const WebhookService hook(database.url());
    const HttpAnswer answer = hook.post(receipt("3EB0", "DELIVERY_ACK"));
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-type") == "application/json");
    CHECK(blast.status(id) == "DELIVERY_ACK");
    for (int i = 0; i < 3; ++i)
        CHECK(hook.post(receipt("3EB0", "DELIVERY_ACK")).status == 200);
    CHECK(database.value("SELECT repeats FROM webhook_inbox") == "3");
    CHECK(blast.history(id) == "PENDING/send DELIVERY_ACK/webhook");
    CHECK(counter_mistake(database).empty());
}

TEST_CASE("a wrong secret gets one and the same 404, whatever is wrong with it") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    const std::string& secret = WebhookService::secret();
    std::string near = secret;
    near.back() = 'X';
    HttpAnswer first = HttpClient(hook.url()).post("/hook/" + near, receipt("a", "READ"));
    CHECK(first.status == 404);
    first.headers.erase("date");
    for (const std::string& path :
         {std::string("/hook/"), std::string("/hook"), std::string("/"), "/hook/" + secret + "x",
          "/hook/" + secret.substr(1), "/hook/" + secret.substr(0, 20), "/hook/" + secret + "/",
          "/hooks/" + secret, "/hook/" + std::string(5000, 'a'), "/HOOK/" + secret, "/" + secret}) {
        CAPTURE(path);
        HttpAnswer answer = HttpClient(hook.url()).post(path, receipt("a", "READ"));
        answer.headers.erase("date");
        CHECK(answer.status == 404);
        CHECK(answer.body == first.body);
        CHECK(answer.headers == first.headers);
        CHECK(HttpClient(hook.url()).get(path).status == 404);
    }
    CHECK(HttpClient(hook.url()).post("/hook/" + near, body_of(200'000)).status == 404);
    CHECK(kept_events(database) == "0");
}

TEST_CASE("the right secret with another method is told so") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    CHECK(HttpClient(hook.url()).get(WebhookService::path()).status == 405);
    CHECK(HttpClient(hook.url()).post("/healthz", "{}").status == 404);
    CHECK(hook.health() == 200);
}

TEST_CASE("a body over 64 KiB gets 413 and is not kept") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    CHECK(hook.post(body_of(body_limit)).status == 200);
    CHECK(kept_events(database) == "1");
    CHECK(hook.post(body_of(body_limit + 1)).status == 413);
    CHECK(hook.post(body_of(500'000)).status == 413);

    // One that is announced as enormous is not waited for.
    HttpClient announcing(hook.url());
    announcing.send_raw(
        "POST " + WebhookService::path() +
        " HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n");
    const int enormous = announcing.finish().status;
    CHECK((enormous == 413 || enormous == 400));

    HttpClient chunked(hook.url());
    chunked.send_raw(
        "POST " + WebhookService::path() +
        " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
        fmt::format("{:x}\r\n", body_limit + 1) + std::string(body_limit + 1, 'x') +
        "\r\n0\r\n\r\n");
    CHECK(chunked.finish().status == 413);
    CHECK(kept_events(database) == "1");
    CHECK(hook.post(receipt("a", "READ")).status == 200);
}

TEST_CASE("many senders at once are each answered, and all their events are there") {
    TemporaryDatabase database;
    TrackedBlast blast(database, "tag");
    constexpr int senders = 60;
    blast.add_many(senders, 60);
    const WebhookService hook(database.url());
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 1; i <= senders; ++i) {
        clients.push_back(std::make_unique<HttpClient>(hook.url()));
        clients.back()->start(
            "POST", WebhookService::path(), receipt("tag-" + std::to_string(i), "READ_ACK"), {});
    }
    for (const auto& client : clients)
        CHECK(client->finish().status == 200);
    CHECK(
        database.value("SELECT count(*) FROM blast_recipients WHERE status = 'READ_ACK'") ==
        std::to_string(senders));
    CHECK(counter_mistake(database).empty());
}

TEST_CASE("slow and silent connections keep nobody waiting, and a slow request is answered too") {
    TemporaryDatabase database;
    const WebhookService hook(database.url());
    const std::string body = receipt("slow", "READ");
    const std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", WebhookService::path(),
        body.size());
    const std::size_t body_begins = head.size();
    std::vector<std::unique_ptr<HttpClient>> slow;
    for (std::size_t i = 0; i < 150; ++i) {
        slow.push_back(std::make_unique<HttpClient>(hook.url()));
        slow.back()->send_raw((head + body).substr(0, i % (body_begins + 10)));
    }
    for (int i = 0; i < 20; ++i)
        CHECK(hook.post(receipt("quick" + std::to_string(i), "READ")).status == 200);
    for (const std::size_t begun : {0U, 30U, 80U}) {
        slow[begun]->send_raw((head + body).substr(begun));
        CHECK(slow[begun]->finish().status == 200);
    }
    CHECK(kept_events(database) == "21");
}

TEST_CASE(
    "a database that does not answer is away too, and what it takes in late is taken in once") {
    TemporaryDatabase database;
    WebhookService hook(database.url());
    CHECK(hook.post(receipt("before", "READ")).status == 200);
    database.query("BEGIN; LOCK TABLE webhook_inbox IN ACCESS EXCLUSIVE MODE");
    HttpClient sender(hook.url());
    sender.start("POST", WebhookService::path(), receipt("meanwhile", "READ"), {});
    wait_until(
        "the database to be given up", [&] { return hook.health() == 503; },
        std::chrono::seconds(25));
    CHECK(sender.finish().status == 503);
    database.query("ROLLBACK");
    wait_until("the database to be found", [&] { return hook.health() == 200; });
    CHECK(hook.post(receipt("meanwhile", "READ")).status == 200);
    CHECK(
        query(database.url(), "SELECT string_agg(message_id, ' ' ORDER BY id) FROM webhook_inbox")
            .at(0)
            .at(0) == "before meanwhile");
}

TEST_CASE("while the database is away webhooks get 503, and 200 when it is back") {
    TemporaryDatabase database;
    WebhookService hook(database.url());
    CHECK(hook.post(receipt("before", "READ")).status == 200);
    const std::string name = database.value("SELECT current_database()");
    shut(database.url(), name);
    wait_until("the database to be missed", [&] { return hook.health() == 503; });
    const HttpAnswer away = hook.post(receipt("meanwhile", "READ"));
    CHECK(away.status == 503);
    CHECK(away.headers.count("retry-after") == 1);
    check_that_all_are_refused(hook);
    CHECK(hook.process().err().find("the database is away") != std::string::npos);
    open_again(database.url(), name);
    wait_until("the database to be found", [&] { return hook.health() == 200; });
    CHECK(hook.post(receipt("after", "READ")).status == 200);
    CHECK(
        query(database.url(), "SELECT string_agg(message_id, ' ' ORDER BY id) FROM webhook_inbox")
            .at(0)
            .at(0) == "before after");
}
