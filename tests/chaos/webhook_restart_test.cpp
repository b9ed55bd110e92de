#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/private_postgres.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

using blast::test::chaos_seed;
using blast::test::HttpClient;
using blast::test::linger;
using blast::test::PrivatePostgres;
using blast::test::query;
using blast::test::query_value;
using blast::test::wait_until;
using blast::test::WebhookService;

namespace {

constexpr int recipients = 300;
constexpr int senders = 4;

/// The messages `first` to `last` of a blast, as blast-send records them.
void record(const std::string& database, int first, int last) {
    query(
        database,
        fmt::format(
            "INSERT INTO blasts (id, blast_tag, messages, devices) VALUES (1, 'raya', '[\"Hi\"]', '{{5850}}')"
            " ON CONFLICT DO NOTHING;"
            "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, device, sent_at, message_timestamp,"
            " accepted_at)"
            " SELECT 1, n, '+' || (60100000000 + n), 'm' || n, '5850', now() - interval '1 h',"
            " floor(date_part('epoch', now() - interval '1 h')), date_trunc('second', now() - interval '1 h')"
            " FROM generate_series({}, {}) AS n;"
            "INSERT INTO blast_counters AS c (blast_id, slot, pending) VALUES (1, 0, {})"
            " ON CONFLICT (blast_id, slot) DO UPDATE SET pending = c.pending + excluded.pending",
            first, last, last - first + 1));
}

/// All that the gateway tells: of each message five words, one of them unknown, and a reply, which some send twice.
std::vector<std::string> all_events(std::mt19937_64& draw, const std::string& now) {
    constexpr int one_in = 5;
    std::vector<std::string> events;
    for (int n = 1; n <= recipients; ++n) {
        for (const char* word :
             {"SERVER_ACK", "DELIVERY_ACK", "TELEPATHY_ACK", "READ_ACK", "PLAYED"})
            events.push_back(fmt::format(R"({{"messageId":"m{}","status":"{}"}})", n, word));
        events.push_back(fmt::format(
            R"({{"type":"text","message":"ok","from":"{}@c.us","timestamp":{}}})",
            60'100'000'000 + n, now));
        if (n % one_in == 0)
            events.push_back(events.back());
    }
    std::shuffle(events.begin(), events.end(), draw);
    return events;
}

/// Posts each event until it is answered with 200, as the gateway does.
class Poster {
public:
    Poster(const std::string& url, std::vector<std::string> events, std::atomic<int>& answered)
        : client_(url),
          events_(std::move(events)),
          answered_(answered),
          thread_([this] { post_all(); }) {}
    ~Poster() {
        given_up_ = true;
        thread_.join();
    }
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;
    Poster(Poster&&) = delete;
    Poster& operator=(Poster&&) = delete;

private:
    void post_all() {
        for (const std::string& event : events_) {
            while (!post(event)) {
                if (given_up_)
                    return;
                linger(std::chrono::milliseconds(10));
            }
            ++answered_;
        }
    }

    bool post(const std::string& event) {
        try {
            return client_.post(WebhookService::path(), event).status == 200;
        } catch (const std::runtime_error&) {
            return false; // nobody listens
        }
    }

    HttpClient client_;
    std::vector<std::string> events_;
    std::atomic<int>& answered_;
    std::atomic<bool> given_up_{false};
    std::thread thread_;
};

void check_applied_once(const std::string& database, int answered) {
    const auto value = [&](const std::string& sql) { return query_value(database, sql); };
    CHECK(value("SELECT count(*) FROM webhook_inbox") == std::to_string(6 * recipients));
    // Each 200 is an event that was kept, or a repeat of one.
    CHECK(std::stoi(value("SELECT count(*) + sum(repeats) FROM webhook_inbox")) >= answered);
    CHECK(value("SELECT count(*) FROM blast_recipients WHERE status <> 'REPLIED'") == "0");
    CHECK(value("SELECT count(*) FROM blast_recipients WHERE reply_text <> 'ok'") == "0");
    CHECK(
        value("SELECT count(*) FROM (SELECT recipient_id, status FROM status_history GROUP BY 1, 2"
              " HAVING count(*) > 1) AS twice") == "0");
    CHECK(
        value("SELECT count(*) FILTER (WHERE status = 'REPLIED') || ' ' ||"
              " count(*) FILTER (WHERE status = 'TELEPATHY_ACK') FROM status_history") ==
        fmt::format("{} {}", recipients, recipients));
    CHECK(
        value(
            "SELECT sum(pending) || ' ' || sum(delivery_ack) || ' ' || sum(read_ack) || ' ' || sum(replied)"
            " FROM blast_counters") == fmt::format("0 0 0 {}", recipients));
}

} // namespace

TEST_CASE(
    "Webhooks that were answered survive kill -9 of blast-hook and of PostgreSQL, each applied once") {
    constexpr int disturbances = 8;
    const std::uint64_t seed = chaos_seed();
    INFO("BLAST_CHAOS_SEED=" << seed);
    std::mt19937_64 draw(seed);
    PrivatePostgres server;
    const std::string database = server.create_database("hooked");
    record(database, 1, recipients / 2);
    WebhookService service(database);
    const std::vector<std::string> events =
        all_events(draw, query_value(database, "SELECT floor(date_part('epoch', now()))"));
    std::vector<std::vector<std::string>> shares(senders);
    for (std::size_t i = 0; i < events.size(); ++i)
        shares[i % senders].push_back(events[i]);

    std::atomic<int> answered{0};
    const int all = static_cast<int>(events.size());
    std::vector<std::unique_ptr<Poster>> posters;
    posters.reserve(shares.size());
    for (const auto& share : shares)
        posters.push_back(std::make_unique<Poster>(service.url(), share, answered));
    for (int i = 1; i <= disturbances; ++i) {
        const int moment = std::uniform_int_distribution<int>(
            (i - 1) * all / (disturbances + 1), i * all / (disturbances + 1))(draw);
        wait_until("webhooks to be answered", [&] { return answered >= moment; });
        if (i % 3 == 0) {
            server.stop_immediately();
            server.start();
        } else {
            service.kill();
            service.start();
        }
        // The rest of the messages is recorded after many of their receipts have come.
        if (i == disturbances / 2)
            record(database, recipients / 2 + 1, recipients);
    }
    wait_until("all webhooks to be answered", [&] { return answered == all; });
    wait_until("events that waited to be applied", [&] {
        return query_value(
                   database, "SELECT count(*) FROM webhook_inbox WHERE state <> 'APPLIED'") == "0";
    });
    CHECK(service.stop().exit_code == 143);
    check_applied_once(database, answered);
}
