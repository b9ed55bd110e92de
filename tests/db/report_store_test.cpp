#include "blast/store/report_store.hpp"

#include "blast/core/error.hpp"
#include "blast/store/connection.hpp"

#include "support/catch.hpp"
#include "support/temporary_database.hpp"

using namespace blast;
using blast::test::Contains;
using blast::test::TemporaryDatabase;

namespace {

/// Blast 1 as the manual's example has it: 250 sent, 240 received, 180 read, 50 replied, in two variants.
void add_example(TemporaryDatabase& database) {
    database.query(R"(
        INSERT INTO blasts (id, blast_tag, follow_up_stage, blast_date, total_recipients, messages, devices)
        VALUES (1, 'raya-2026', 'Initial', '2026-11-22 14:28+08', 253, '["Hi {{name}}", "Selamat"]', '{5850}');
        INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, status, message_timestamp, sent_at,
                                      accepted_at, delivered_at, read_timestamp, replied_at, device, variant, variables)
        SELECT 1, i, '+6012' || (3000000 + i), 'id-' || i,
               CASE WHEN i <= 10 THEN 'PENDING' WHEN i <= 70 THEN 'DELIVERY_ACK' WHEN i <= 200 THEN 'READ_ACK' ELSE 'REPLIED' END,
               1795328880, to_timestamp(1795328881), to_timestamp(1795328880),
               CASE WHEN i > 10 THEN to_timestamp(1795328880 + i) END,
               CASE WHEN i > 70 AND i <= 247 THEN to_timestamp(1795328880 + 10 * i) END,
               CASE WHEN i > 200 THEN to_timestamp(1795328880 + 100 * i) END,
               '5850', i % 2, jsonb_build_object('name', 'Person ' || i)
        FROM generate_series(1, 250) i;
        UPDATE blast_recipients SET undeliverable_at = now(), undeliverable_reason = 'not on WhatsApp' WHERE id <= 2;
        INSERT INTO blast_outbox (blast_id, id, phone_number, variables, state, attempted_at, ended_at, last_error, lease_until)
        VALUES (1, 251, '+60123000251', '{"name": "F"}', 'FAILED', '2026-11-22 14:29+08', '2026-11-22 14:29+08', 'invalid', NULL),
               (1, 252, '+60123000252', '{"name": "S"}', 'SENDING', '2026-11-22 14:29+08', NULL, NULL, now() - interval '1 s'),
               (1, 253, '+60123000253', '{"name": "T"}', 'SENDING', now(), NULL, NULL, now() + interval '1 h');
        INSERT INTO blast_counters (blast_id, slot, pending, delivery_ack, read_ack, replied, failed, sending, undeliverable)
        VALUES (1, 0, -5, 60, 100, 50, 1, 0, 2), (1, 3, 15, 0, 30, 0, 0, 2, 0);)");
}

void add_blast(
    TemporaryDatabase& database,
    int id,
    const std::string& tag,
    const std::string& date,
    int replied) {
    database.query(
        "INSERT INTO blasts (id, blast_tag, blast_date, messages, devices) VALUES (" +
        std::to_string(id) + ", '" + tag + "', '" + date +
        "', '[\"Hi\"]', '{5850,5851}');"
        "INSERT INTO blast_counters (blast_id, slot, replied) VALUES (" +
        std::to_string(id) + ", 0, " + std::to_string(replied) + ")");
}

BlastFilter numbered(std::int64_t id) {
    BlastFilter filter;
    filter.id = id;
    return filter;
}

BlastFilter tagged(const std::string& tag) {
    BlastFilter filter;
    filter.tag = tag;
    return filter;
}

struct Fixture {
    TemporaryDatabase database;
    Connection connection{database.url()};
    ReportStore store{connection};
};

} // namespace

TEST_CASE(
    "the funnel of a blast is the sum of its counters, and what an analyst's own query says") {
    Fixture f;
    add_example(f.database);
    const BlastReport report = f.store.funnel(numbered(1));
    REQUIRE(report.blast);
    CHECK(report.blast->tag == "raya-2026");
    CHECK(report.blast->stage == "Initial");
    CHECK(report.blast->date == WallTime(std::chrono::seconds(1'795'328'880)));
    CHECK(report.counts.recipients() == 253);
    CHECK(report.counts.undeliverable == 2);
    const TemporaryDatabase::Row counted = f.database.query(R"(
        SELECT COUNT(*) AS sent,
               COUNT(*) FILTER (WHERE status != 'PENDING') AS received,
               COUNT(*) FILTER (WHERE status IN ('READ_ACK', 'REPLIED')) AS read,
               COUNT(*) FILTER (WHERE status = 'REPLIED') AS replied
        FROM blast_recipients WHERE blast_id = 1)")[0];
    CHECK(
        counted ==
        TemporaryDatabase::Row{
            std::to_string(report.counts.sent()), std::to_string(report.counts.received()),
            std::to_string(report.counts.read()), std::to_string(report.counts.replied)});
}

TEST_CASE("percentiles are of real people: the time of the one at that rank") {
    Fixture f;
    add_example(f.database);
    const StageTimings timings = f.store.funnel(numbered(1)).seconds_to;
    // Delivered after i seconds for i from 11 to 250: the 120th of 240 is 130, the 216th is 226.
    CHECK(timings.delivered.p50 == 130);
    CHECK(timings.delivered.p90 == 226);
    // Read after 10 i seconds for i from 71 to 247: the 89th of 177 is 159, the 160th is 230.
    CHECK(timings.read.p50 == 1590);
    CHECK(timings.read.p90 == 2300);
    CHECK(timings.replied.p50 == 22'500);
    CHECK(timings.replied.p90 == 24'500);
}

TEST_CASE("a percentile of nobody is nothing, and a clock that is behind makes no negative time") {
    Fixture f;
    add_blast(f.database, 1, "a", "2026-11-22", 1);
    CHECK_FALSE(f.store.funnel(numbered(1)).seconds_to.delivered.p50);
    f.database.query(
        "INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, status, accepted_at, "
        "delivered_at, device) VALUES (1, 1, '+60123456789', 'm', 'DELIVERY_ACK', to_timestamp(1795328880), "
        "to_timestamp(1795328870), '5850')");
    const StageTimings timings = f.store.funnel(numbered(1)).seconds_to;
    CHECK(timings.delivered.p50 == 0);
    CHECK_FALSE(timings.read.p50);
    CHECK_FALSE(timings.replied.p90);
}

TEST_CASE("who replied without a read receipt, and whose sender died, is told apart") {
    Fixture f;
    add_example(f.database);
    const BlastReport report = f.store.funnel(numbered(1));
    CHECK(report.replied_without_receipt == 3);
    CHECK(report.counts.sending == 2);
    CHECK(report.expired_leases == 1);
}

TEST_CASE(
    "a blast that does not exist is none, and the latest is the one queued last, as for --resume") {
    Fixture f;
    CHECK(f.store.funnel(numbered(7)).blasts == 0);
    CHECK(f.store.latest_funnel({}).blasts == 0);
    CHECK_FALSE(f.store.newest({}));
    add_blast(f.database, 5, "scheduled for next month", "2026-12-22 10:00+08", 1);
    add_blast(f.database, 6, "sent since", "2026-11-22 10:00+08", 2);
    CHECK(f.store.latest_funnel({}).blast->id == 6);
    CHECK(f.store.newest({})->head.id == 6);
    CHECK(f.store.latest_funnel(tagged("scheduled for next month")).blast->id == 5);
}

TEST_CASE("filters take the blasts together that match all of them") {
    Fixture f;
    add_example(f.database);
    add_blast(f.database, 2, "raya-2026", "2026-11-24 10:00+08", 36);
    add_blast(f.database, 3, "other", "2026-11-25 10:00+08", 7);
    const BlastReport both = f.store.funnel(tagged("raya-2026"));
    CHECK(both.blasts == 2);
    CHECK_FALSE(both.blast);
    CHECK(both.counts.replied == 86);
    CHECK(both.counts.sent() == 286);
    BlastFilter filter = tagged("raya-2026");
    filter.device = "5851";
    CHECK(f.store.funnel(filter).counts.replied == 36);
    filter.stage = "No such stage";
    CHECK(f.store.funnel(filter).blasts == 0);
    BlastFilter period;
    period.since = WallTime(std::chrono::seconds(1'795'328'880));
    period.until = WallTime(std::chrono::seconds(1'795'328'881));
    CHECK(f.store.funnel(period).counts.sent() == 250);
    period.until = period.since;
    CHECK(f.store.funnel(period).blasts == 0);
}

TEST_CASE("blasts are listed newest first, a page at a time, each once") {
    Fixture f;
    for (int id = 1; id <= 7; ++id) {
        // Two are scheduled for later than the others: that makes them no newer.
        add_blast(f.database, id, "t", id < 3 ? "2026-12-01" : "2026-11-01", id);
    }
    std::vector<std::int64_t> seen;
    std::optional<std::int64_t> after;
    for (auto page = f.store.list({}, after, 2); !page.empty(); page = f.store.list({}, after, 2)) {
        for (const ListedBlast& listed : page) {
            seen.push_back(listed.head.id);
            CHECK(listed.counts.replied == listed.head.id);
        }
        after = seen.back();
    }
    CHECK(seen == std::vector<std::int64_t>{7, 6, 5, 4, 3, 2, 1});
}

TEST_CASE("a listed blast says what it is doing") {
    Fixture f;
    add_blast(f.database, 1, "t", "2026-11-01", 0);
    f.database.query("UPDATE blast_counters SET queued = 5");
    CHECK(progress_of(f.store.list({}, std::nullopt, 10).at(0)) == "unfinished");
    f.database.query("UPDATE blasts SET scheduled_at = now() + interval '1 h'");
    CHECK(progress_of(f.store.list({}, std::nullopt, 10).at(0)) == "scheduled");
    f.database.query("UPDATE blasts SET scheduled_at = NULL, stopped_by = 'circuit'");
    CHECK(progress_of(f.store.list({}, std::nullopt, 10).at(0)) == "circuit open");
    f.database.query("UPDATE blasts SET lease_until = now() + interval '1 h'");
    CHECK(progress_of(f.store.list({}, std::nullopt, 10).at(0)) == "sending");
}

TEST_CASE("a blast without counters yet is listed with zeros") {
    Fixture f;
    f.database.query(
        "INSERT INTO blasts (id, blast_tag, messages, devices) VALUES (1, 't', '[\"Hi\"]', '{5850}')");
    CHECK(f.store.list({}, std::nullopt, 10).at(0).counts.recipients() == 0);
    CHECK(f.store.funnel(numbered(1)).counts.recipients() == 0);
}

TEST_CASE("who is stuck is read a page at a time, each once, in order of id") {
    Fixture f;
    add_example(f.database);
    std::vector<std::int64_t> seen;
    for (auto page = f.store.stuck({1, "DELIVERY_ACK", true, {}}, 0, 25); !page.empty();
         page = f.store.stuck({1, "DELIVERY_ACK", true, {}}, seen.back(), 25)) {
        for (const StuckRecipient& recipient : page) {
            seen.push_back(recipient.id);
        }
    }
    REQUIRE(seen.size() == 60);
    CHECK(seen.front() == 11);
    CHECK(seen.back() == 70);
    const std::vector<StuckRecipient> pending = f.store.stuck({1, "PENDING", true, {}}, 0, 100);
    REQUIRE(pending.size() == 10);
    CHECK(pending[0].phone == "+60123000001");
    CHECK(pending[0].reason == "not on WhatsApp");
    CHECK(pending[0].variables == R"({"name": "Person 1"})");
    CHECK(pending[0].at == WallTime(std::chrono::seconds(1'795'328'881)));
    CHECK(pending[9].reason.empty());
}

TEST_CASE("who was not sent to is listed with the state and the reason") {
    Fixture f;
    add_example(f.database);
    const std::vector<StuckRecipient> failed = f.store.stuck({1, "FAILED", false, {}}, 0, 100);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].status == "FAILED");
    CHECK(failed[0].reason == "invalid");
    CHECK(failed[0].device.empty());
    CHECK(f.store.stuck({1, "SENDING", false, {}}, 0, 100).size() == 2);
    CHECK(f.store.stuck({1, "QUEUED", false, {}}, 0, 100).empty());
}

TEST_CASE("older than is counted from when they came to that state") {
    Fixture f;
    add_example(f.database);
    f.database.query(R"(
        UPDATE blast_recipients SET accepted_at = now() - interval '3 h',
               delivered_at = now() - interval '2 h' WHERE status <> 'PENDING';
        UPDATE blast_recipients SET accepted_at = now() - interval '90 m'
        WHERE status = 'PENDING' AND id > 4;
        UPDATE blast_recipients SET accepted_at = now() - interval '30 m'
        WHERE status = 'PENDING' AND id <= 4;
        UPDATE blast_recipients SET read_timestamp = now() - interval '1 h' WHERE status = 'READ_ACK')");
    using std::chrono::minutes;
    CHECK(f.store.stuck({1, "PENDING", true, minutes(60)}, 0, 500).size() == 6);
    CHECK(f.store.stuck({1, "DELIVERY_ACK", true, minutes(119)}, 0, 500).size() == 60);
    CHECK(f.store.stuck({1, "DELIVERY_ACK", true, minutes(121)}, 0, 500).empty());
    CHECK(f.store.stuck({1, "READ_ACK", true, minutes(59)}, 0, 500).size() == 130);
    CHECK(f.store.stuck({1, "READ_ACK", true, minutes(61)}, 0, 500).empty());
    f.database.query(
        "UPDATE blast_outbox SET ended_at = now() - interval '1 h' WHERE state = 'FAILED'");
    CHECK(f.store.stuck({1, "FAILED", false, minutes(59)}, 0, 500).size() == 1);
    CHECK(f.store.stuck({1, "FAILED", false, minutes(61)}, 0, 500).empty());
}

TEST_CASE("who was erased or has bought is in no list that feeds a send") {
    Fixture f;
    add_example(f.database);
    f.database.query(R"(
        UPDATE blast_recipients SET phone_number = NULL, erased_at = now(), variables = NULL WHERE id = 1;
        UPDATE blast_recipients SET purchased_at = now() WHERE id = 2;
        UPDATE blast_outbox SET phone_number = NULL, erased_at = now() WHERE id = 251)");
    CHECK(f.store.stuck({1, "PENDING", true, {}}, 0, 100).size() == 8);
    CHECK(f.store.stuck({1, "FAILED", false, {}}, 0, 100).empty());
    const std::vector<RecipientRecord> all = f.store.recipients(1, 0, 500);
    REQUIRE(all.size() == 253);
    CHECK(all[0].recipient.phone.empty());
    CHECK(all[0].message_id == "id-1");
    CHECK(all[250].recipient.phone.empty());
    CHECK(all[250].recipient.status == "FAILED");
}

TEST_CASE("all recipients come in order of id, sent to or not, with their history") {
    Fixture f;
    add_example(f.database);
    f.database.query(R"(
        INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at, timed_by, detail)
        VALUES (1, 250, 'PENDING', 'send', to_timestamp(1795328880), 'gateway', NULL),
               (1, 250, 'REPLIED', 'webhook', to_timestamp(1795328990), 'us', 'by phone'),
               (1, 251, 'FAILED', 'send', to_timestamp(1795328940), 'us', 'invalid'),
               (2, 250, 'PENDING', 'send', now(), 'us', NULL))");
    std::vector<RecipientRecord> records;
    std::int64_t after = 0;
    for (auto page = f.store.recipients(1, after, 50); !page.empty();
         page = f.store.recipients(1, after, 50)) {
        records.insert(records.end(), page.begin(), page.end());
        after = records.back().recipient.id;
    }
    REQUIRE(records.size() == 253);
    for (std::size_t i = 0; i < records.size(); ++i) {
        CHECK(records[i].recipient.id == static_cast<std::int64_t>(i) + 1);
    }
    const RecipientRecord& replied = records[249];
    CHECK(replied.message_id == "id-250");
    CHECK(replied.replied_at == WallTime(std::chrono::seconds(1'795'328'880 + 25'000)));
    REQUIRE(replied.history.size() == 2);
    CHECK(replied.history[0].status == "PENDING");
    CHECK(replied.history[0].timed_by_gateway);
    CHECK(replied.history[1].source == "webhook");
    CHECK(replied.history[1].detail == "by phone");
    CHECK(records[0].history.empty());
    CHECK(records[250].message_id.empty());
    CHECK(records[250].recipient.status == "FAILED");
    REQUIRE(records[250].history.size() == 1);
}

TEST_CASE("the variants of a blast are counted each for itself") {
    Fixture f;
    add_example(f.database);
    f.database.query("UPDATE blast_recipients SET purchased_at = now() WHERE id = 249");
    const std::optional<BlastOutline> outline = f.store.newest(numbered(1));
    REQUIRE(outline);
    CHECK(outline->messages == std::vector<std::string>{"Hi {{name}}", "Selamat"});
    const std::vector<BlastCounts> variants = f.store.variants(1, 2);
    REQUIRE(variants.size() == 2);
    CHECK(variants[0].sent() == 125);
    CHECK(variants[0].pending == 5);
    CHECK(variants[0].failed == 1);
    CHECK(variants[0].sending == 2);
    CHECK(variants[1].replied == 25);
    CHECK(variants[1].closed == 1);
    CHECK(variants[0].undeliverable + variants[1].undeliverable == 2);
    CHECK_THROWS_AS(f.store.variants(1, 1), DatabaseError);
}

TEST_CASE("a schema that is missing, older or newer is refused with what to run") {
    const auto database = TemporaryDatabase::without_schema();
    const auto refusal = [&]() -> std::string {
        Connection connection(database->url());
        try {
            ReportStore(connection).funnel({});
        } catch (const UnavailableError& error) {
            return error.what();
        }
        return "";
    };
    CHECK_THAT(refusal(), Contains("no blast schema: run 'blast-admin migrate'"));
    Fixture f;
    f.database.query("UPDATE schema_migrations SET version = version + 100");
    CHECK_THROWS_WITH(f.store.list({}, std::nullopt, 1), Contains("newer than"));
    f.database.query(
        "DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (0, 'x')");
    Connection connection(f.database.url());
    CHECK_THROWS_AS(ReportStore(connection).newest({}), UnavailableError);
}
