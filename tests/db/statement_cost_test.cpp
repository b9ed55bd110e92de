#include "support/catch.hpp"
#include "support/source_tree.hpp"
#include "support/temporary_database.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

using blast::test::source_dir;
using blast::test::TemporaryDatabase;

namespace {

constexpr int small_size = 5'000;
constexpr int large_size = 20'000;
constexpr int group_size = 100;

/// What the planner knows of the tables when a blast of so many has been queued, sent and tracked.
enum class Statistics {
    never, ///< nothing was ever gathered
    empty, ///< gathered when the tables were new
    fresh
};

const std::map<Statistics, std::string> statistics_names{
    {Statistics::never, "never gathered"},
    {Statistics::empty, "gathered when new"},
    {Statistics::fresh, "fresh"}};

/// A statement of sql/queries, as a tool runs it over a blast of `size` messages and as many that are not sent.
struct Work {
    std::string name;
    std::string values;                   ///< of $1, $2, ...
    int messages = group_size;            ///< that it works on: its cost is counted for each
    std::vector<std::string> before = {}; ///< that the tools run first, in the same transaction
    bool prepared = false; ///< so that PostgreSQL may plan it without looking at the values
    int audience = 0;      ///< rows of the temporary table that it works on; 0: it needs none
};

/// Statements that read no table which grows with a blast.
const std::set<std::string> without_tables{
    "backend_pid",         "check_server", "lock_tag",        "disable_nested_loops",
    "plan_claim",          "poll_lock",    "report_settings", "schema_version",
    "record_migration",    "server_time",  "create_audience", "copy_audience",
    "transaction_settings"};

/// An array of `count` elements, each made of its place from 0.
std::string array_of(const std::function<std::string(int)>& element, int count = group_size) {
    std::string text = "'{";
    for (int i = 0; i < count; ++i) {
        text += (i == 0 ? "" : ",") + element(i);
    }
    return text + "}'";
}

std::string repeated(const std::string& element) {
    return array_of([&](int) { return element; });
}

/// The recipients of blast 2: ids up to `size` are sent, those above up to twice that are not (see `fill`).
class Audience {
public:
    explicit Audience(int size) : size_(size) {}

    /// Spread over the whole blast, as receipts come.
    int sent(int i) const { return 1 + i * (size_ / group_size); }
    int queued(int i) const { return size_ + size_ / 2 + 10 + i * (size_ / 2 / group_size); }
    /// Neighbours, as they were claimed.
    int claimed(int i) const { return size_ + 1000 + i; }

    std::string ids(int (Audience::*id)(int) const) const {
        return array_of([&](int i) { return std::to_string((this->*id)(i)); });
    }
    std::string phones(int (Audience::*id)(int) const) const {
        return array_of([&](int i) { return phone((this->*id)(i)); });
    }
    std::string message_ids() const {
        return array_of([&](int i) { return fmt::format("m-2-{}", sent(i)); });
    }
    static std::string phone(int id) { return fmt::format("+{}", 60'200'000'000 + id); }

private:
    int size_;
};

/// Rows as the tools leave them in the midst of a blast: `size` sent, a quarter as many claimed or queued.
void fill(TemporaryDatabase& database, int blast, int size) {
    const std::string sql = R"sql(
        INSERT INTO blasts (id, blast_tag, messages, columns, devices, total_recipients)
        VALUES ({0}, 'raya', '["Hi", "Ho"]', '{{name}}', '{{5850,5851}}', 2 * {1});
        INSERT INTO devices (device) VALUES ('5850'), ('5851') ON CONFLICT DO NOTHING;
        INSERT INTO blast_counters (blast_id, slot, queued, sending, pending, last_sent_at)
        VALUES ({0}, 0, {1} / 2, {1} / 2, {1}, now());
        INSERT INTO blast_recipients (blast_id, id, phone_number, message_id, status, message_timestamp, sent_at, accepted_at,
                                      device, attempt_id, jid_phone, variables, delivered_at)
        SELECT {0}, i, '+' || 60000000000 + {0} * 100000000 + i, 'm-{0}-' || i,
               CASE i % 10 WHEN 2 THEN 'DELIVERY_ACK' WHEN 3 THEN 'READ_ACK' WHEN 4 THEN 'REPLIED' ELSE 'PENDING' END,
               floor(date_part('epoch', now())) - 3600, now() - interval '1 hour',
               date_trunc('second', now() - interval '1 hour'), '5850',
               lpad(to_hex(i), 32, '0')::uuid,
               CASE WHEN i % 20 = 0 THEN '+' || 70000000000 + {0} * 100000000 + i END,
               jsonb_build_object('name', 'Recipient ' || i), now() - interval '30 minutes'
        FROM generate_series(1, {1}) AS i;
        INSERT INTO status_history (blast_id, recipient_id, status, source)
        SELECT {0}, i, 'PENDING', 'send' FROM generate_series(1, {1}) AS i;
        INSERT INTO blast_outbox (blast_id, id, phone_number, variables, state, attempt_id, attempts, attempted_at, lease_until)
        SELECT {0}, {1} + i, '+' || 60000000000 + {0} * 100000000 + {1} + i, jsonb_build_object('name', 'Recipient ' || i),
               CASE WHEN i <= {1} / 2 THEN CASE WHEN i % 50 = 3 THEN 'UNCONFIRMED' WHEN i % 50 = 4 THEN 'FAILED'
                                                ELSE 'SENDING' END
                    ELSE 'QUEUED' END,
               CASE WHEN i <= {1} / 2 THEN lpad(to_hex(i), 32, '0')::uuid END,
               CASE WHEN i <= {1} / 2 THEN 1 ELSE 0 END, CASE WHEN i <= {1} / 2 THEN now() END,
               CASE WHEN i <= {1} / 2 THEN now() + CASE WHEN i % 50 = 5 THEN -1 ELSE 1 END * interval '1 hour' END
        FROM generate_series(1, {1}) AS i;
        INSERT INTO opt_outs (phone_number, source)
        SELECT '+' || 60000000000 + {0} * 100000000 + {1} + i, 'import' FROM generate_series(1, {1}, 20) AS i
        UNION ALL SELECT '+' || 90000000000 + {0} * 100000000 + i, 'import' FROM generate_series(1, 5000) AS i;
        INSERT INTO webhook_inbox (digest, body, kind, state, message_id, phone_number)
        SELECT sha256(convert_to('event {0}-' || i, 'UTF8')), 'event {0}-' || i, 'status',
               CASE WHEN i % 40 = 0 THEN 'WAITING' WHEN i % 40 = 1 THEN 'KEPT' ELSE 'APPLIED' END, 'm-{0}-' || i,
               '+' || 60000000000 + {0} * 100000000 + i
        FROM generate_series(1, {1}) AS i;
        INSERT INTO check_claims (blast_id, claim_id, ids, lease_until)
        VALUES ({0}, '00000000-0000-4000-8000-000000000001', '{{[5,8)}}', now() + interval '1 hour');
        SELECT setval(pg_get_serial_sequence('blast_outbox', 'id'), 1000000),
               setval(pg_get_serial_sequence('blasts', 'id'), 1000))sql";
    database.query(fmt::format(fmt::runtime(sql), blast, size));
}

void prepare(TemporaryDatabase& database, Statistics statistics, int size) {
    constexpr int earlier_blast = 200;
    database.hold_autovacuum();
    if (statistics == Statistics::empty) {
        database.query("VACUUM ANALYZE");
    }
    fill(database, 1, earlier_blast);
    fill(database, 2, size);
    if (statistics == Statistics::fresh) {
        database.query("ANALYZE");
    }
}

std::vector<Work> work_of_sending(int size) {
    const Audience audience(size);
    const std::string claimed = audience.ids(&Audience::claimed);
    const std::string attempts = array_of([&](int i) { return fmt::format("{:032x}", 1000 + i); });
    const std::string new_ids = array_of([](int i) { return fmt::format("new-{}", i); });
    const std::string starts = array_of([](int i) { return std::to_string(i); }, group_size + 1);
    const std::string bounds =
        fmt::format("{}, {}", audience.claimed(0), audience.claimed(group_size - 1));
    const std::string uuid = "'00000000-0000-4000-8000-000000000002'";
    return {
        {"claim_recipients",
         fmt::format(
             "2, {}, {}, {}, 55, '5850', false, {}, 0, NULL, 'UTC', 0, NULL", size + size / 2,
             group_size, uuid, starts),
         group_size,
         {"plan_claim"},
         true},
        {"record_accepted",
         fmt::format(
             "2, {}, {}, {}, {}, {}, {}, {}, 0, {}", claimed, attempts, new_ids, repeated("NULL"),
             repeated("NULL"), repeated("NULL"), repeated("5850"), bounds),
         group_size,
         {"disable_nested_loops"},
         true},
        {"settle_attempts",
         fmt::format(
             "2, {}, {}, {}, {}, {}, 0, {}", claimed, attempts, repeated("FAILED"),
             repeated("refused"), repeated("0"), bounds),
         group_size,
         {"disable_nested_loops"}},
        {"release_attempts", fmt::format("2, {}, 0", attempts), size, {"disable_nested_loops"}},
        {"read_back_attempt", fmt::format("2, {}, 'UTC'", uuid), size},
        {"unwanted_recipients", fmt::format("2, {}", claimed)},
        {"find_recorded", fmt::format("2, {}, {}, {}", claimed, new_ids, attempts)},
        {"find_outcomes", fmt::format("2, {}, {}, {}", claimed, attempts, new_ids)},
        {"expire_leases", "2, 0", size},
        {"drop_opted_out", "2, 0", size},
        {"queue_state", "2", size},
        {"note_late_message", "2, 1, 'late'", 1},
        {"heartbeat", fmt::format("2, {}, 55", uuid), 1},
        {"end_heartbeat", fmt::format("2, {}, NULL", uuid), 1},
        {"note_stop", "2, 'person'", 1},
        {"close_circuit", "2, 0", 1},
        {"take_up_blast", fmt::format("2, {}, 55", uuid), 1},
        {"return_posts", "'5850', 1, '2026-01-01'", 1},
        {"throttle_device", "'5850', NULL", 1},
        {"relax_device", "'5850', 1", 1, {}, true},
        {"keep_settings", "2, NULL, '2/s', NULL, NULL, NULL", 1},
        {"due_blasts", "", 1},
        {"load_blast", "NULL", 1},
        {"blast_counts", "2", 1},
        {"blast_columns", "2", 1}};
}

std::vector<Work> work_of_queueing(int size) {
    return {
        {"find_same_tag_and_stage", "'raya', 'Initial'", 1},
        {"insert_blast",
         "'hari', 'Initial', '[]', '{}', '1/s', 0, NULL, NULL, NULL, '{}', 1, 0, 0, 0", 1},
        {"audience_from_recipients", "2, 'PENDING', 0", size, {}, false, 1},
        {"audience_from_outbox", "2, 'QUEUED', 0", size, {}, false, 1},
        {"leave_out_opted_out", "", size, {}, false, size},
        {"leave_out_repeats", "", size, {}, false, size},
        {"assign_variants", "2", size, {}, false, size},
        {"audience_sample", "3", size, {}, false, size},
        {"queue_audience", "3", size, {}, false, size},
        {"start_counters", "3, 0, 1", 1},
        {"ensure_devices", "'{5850,5852}'", 1},
        {"assign_devices", "2, '{5850,5851}'", size, {"disable_nested_loops"}},
        {"unpin_devices", "2, '{5850,5851}'", size},
        {"requeue_recipients", "2, 'UNCONFIRMED', 0", size},
        {"count_requeueable", "2, 'UNCONFIRMED'", size}};
}

std::vector<Work> work_of_polling(int size) {
    const Audience audience(size);
    const std::string sent = audience.ids(&Audience::sent);
    const std::string uuid = "'00000000-0000-4000-8000-000000000002'";
    return {
        {"open_blasts", "NULL", 1},
        {"poll_survey", "'{2}', NULL", size},
        {"poll_candidates", "'{2}', NULL, 500, NULL, NULL, NULL, NULL", size},
        {"poll_claim", fmt::format("2, {}, 40, NULL, {}", sent, uuid)},
        {"poll_release", "2, '{00000000-0000-4000-8000-000000000001}'", 1},
        {"lock_recipients", fmt::format("2, {}", sent)},
        {"status_apply",
         fmt::format(
             "2, 0, 'poll', {}, {}, {}, {}, {}, {}", sent, audience.message_ids(),
             repeated("READ_ACK"), repeated("READ_ACK"), repeated("NULL"), repeated("NULL"))}};
}

std::vector<Work> work_of_webhooks(int size) {
    const Audience audience(size);
    const std::string sent = audience.ids(&Audience::sent);
    const std::string queued = audience.ids(&Audience::queued);
    const std::string sent_phones = audience.phones(&Audience::sent);
    const std::string queued_phones = audience.phones(&Audience::queued);
    const std::string words = repeated("seen");
    const std::string waiting =
        array_of([&](int i) { return std::to_string(200 + 40 * (1 + i * (size / 4000))); });
    const std::string bodies =
        array_of([&](int i) { return fmt::format("event 2-{}", audience.sent(i)); });
    const std::string new_bodies = array_of([](int i) { return fmt::format("event new-{}", i); });
    return {
        {"sent_by_message_id", audience.message_ids()},
        {"sent_to_phones", sent_phones},
        {"outbox_of_phones", queued_phones},
        {"queued_of_phones", queued_phones},
        {"sending_to_phones", audience.phones(&Audience::claimed)},
        {"opt_out_reach", queued_phones},
        {"inbox_known", bodies},
        {"inbox_insert",
         fmt::format(
             "{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}", new_bodies, repeated("0"),
             repeated("status"), repeated("WAITING"), repeated("NULL"), repeated("NULL"),
             repeated("0"), repeated("NULL"), repeated("NULL"), repeated("NULL"), repeated("NULL"),
             repeated("NULL"), repeated("f"))},
        {"inbox_end", fmt::format("{}, {}, {}", waiting, repeated("2"), sent)},
        {"inbox_waiting", "0, 500, NULL", size / 40},
        {"inbox_waiting", "0, 500, 60", size / 40},
        {"inbox_waiting_count", "", size / 40},
        {"inbox_give_up", "60", size / 40},
        {"inbox_list", "0, 100", size},
        {"lock_outbox", fmt::format("2, {}", queued)},
        {"lock_recipients", fmt::format("2, {}", sent)},
        {"drop_queued", fmt::format("2, 0, {}, 'webhook', 'opted out'", queued)},
        {"opt_out_add", fmt::format("{}, 'webhook', {}", sent_phones, words)},
        {"opt_out_remove", "'{" + Audience::phone(audience.queued(5)) + "}'", 1},
        {"confirm_attempt", fmt::format("2, 0, {}, 'late', 0, NULL, NULL", size + 1003), 1},
        {"reply_apply",
         fmt::format("2, 0, {}, {}, {}, {}", sent, repeated("0"), words, repeated("us"))},
        {"status_apply",
         fmt::format(
             "2, 0, 'webhook', {}, {}, {}, {}, {}, {}", sent, audience.message_ids(),
             repeated("READ_ACK"), repeated("READ_ACK"), repeated("NULL"), repeated("NULL"))},
        {"status_apply",
         fmt::format(
             "2, 0, 'webhook', {}, {}, {}, {}, {}, {}", sent, audience.message_ids(), words,
             repeated("NULL"), repeated("NULL"), repeated("NULL"))}};
}

std::vector<Work> work_of_reports(int size) {
    constexpr int page = 500;
    const std::vector<std::string> settings{"report_settings"};
    const std::string any = "NULL, NULL, NULL, NULL, NULL";
    return {
        {"report_funnel", "2, " + any + ", NULL", size, settings},
        {"report_funnel", "NULL, " + any + ", 1", size, settings},
        {"report_head", "2, " + any, 1, settings},
        {"report_list", any + ", NULL, 50", 1, settings},
        {"report_stuck_sent", fmt::format("2, 'PENDING', NULL, {}, {}", size / 2, page), page,
         settings},
        {"report_stuck_unsent", fmt::format("2, 'QUEUED', NULL, {}, {}", size + size / 2, page),
         page, settings},
        {"report_recipients", fmt::format("2, {}, {}", size / 2, page), page, settings},
        {"report_history", fmt::format("2, {}, {}", size / 2, size / 2 + page - 1), page, settings},
        {"report_variants", "2", size, settings}};
}

/// What a person asks for, of one blast or of one person.
std::vector<Work> work_of_admins(int size) {
    const Audience audience(size);
    const std::string sent = audience.ids(&Audience::sent);
    const std::string sent_phones = audience.phones(&Audience::sent);
    const std::string phone = Audience::phone(audience.sent(5));
    const std::string person = "'{" + phone + "}'";
    return {
        {"cancel_blast", "2, 0", size},
        {"resolve_unconfirmed",
         fmt::format("2, '{}', 'QUEUED', 'looked', 0", Audience::phone(size + 1003)), 1},
        {"recipient_state", fmt::format("2, '{}'", phone), 1},
        {"opt_out_list", "'', 100", size / 20},
        {"match_sales", fmt::format(
                            "{}, {}, {}, {}", sent_phones, repeated("4000000000"),
                            repeated("4000000000"), repeated("NULL"))},
        {"close_recipients",
         fmt::format("2, {}, {}, {}, 0", sent, repeated("4000000000"), repeated("NULL"))},
        {"person_numbers", person, 1},
        {"person_blasts", person, 1},
        {"person_opted_out", person, 1},
        {"forget_sent", "2, " + person, 1},
        {"forget_unsent", fmt::format("2, '{{{}}}', '1', 0", Audience::phone(audience.queued(5))),
         1},
        {"forget_history", "2, '{1}'", 1},
        {"forget_events", fmt::format("{}, '{}', '{{m-2-1}}'", person, phone.substr(1)), size}};
}

std::vector<Work> all_work(int size) {
    std::vector<Work> all;
    for (const auto part :
         {work_of_sending, work_of_queueing, work_of_polling, work_of_webhooks, work_of_reports,
          work_of_admins}) {
        const std::vector<Work> works = part(size);
        all.insert(all.end(), works.begin(), works.end());
    }
    return all;
}

std::string statement(const std::string& name) {
    std::ifstream file(source_dir() + "/sql/queries/" + name + ".sql");
    std::string sql{std::istreambuf_iterator<char>(file), {}};
    if (sql.empty()) {
        throw std::runtime_error("no statement " + name);
    }
    return sql;
}

/// As create_audience.sql makes it, half of them in blast 2 already.
void make_audience(TemporaryDatabase& database, int size) {
    database.query(statement("create_audience"));
    database.query(fmt::format(
        "INSERT INTO pg_temp.audience SELECT i, '+' || 60200000000 + i, '{{\"name\":\"Ali\"}}' "
        "FROM generate_series({0} / 2, {0} / 2 + {0} - 1) i",
        size));
}

struct Cost {
    double rows = 0; ///< that the plan's nodes gave or passed over
    double buffers = 0;
};

double number(const nlohmann::json& node, const char* name) {
    return node.value(name, 0.0);
}

double rows_of(const nlohmann::json& node) {
    double rows = number(node, "Actual Rows") + number(node, "Rows Removed by Filter") +
                  number(node, "Rows Removed by Join Filter") +
                  number(node, "Rows Removed by Index Recheck");
    rows *= number(node, "Actual Loops");
    for (const nlohmann::json& part : node.value("Plans", nlohmann::json::array())) {
        rows += rows_of(part);
    }
    return rows;
}

/// Runs it in a transaction that is rolled back, with the plan that PostgreSQL makes for these values or, generic, for any.
Cost cost_of(TemporaryDatabase& database, const Work& work, bool generic) {
    database.query("BEGIN");
    if (work.audience > 0) {
        make_audience(database, work.audience);
    }
    for (const std::string& name : work.before) {
        database.query(statement(name));
    }
    database.query(
        std::string("SET LOCAL plan_cache_mode = ") +
        (generic ? "force_generic_plan" : "force_custom_plan"));
    database.query("PREPARE measured AS " + statement(work.name));
    const auto lines = database.query(
        "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE measured" +
        (work.values.empty() ? "" : '(' + work.values + ')'));
    database.query("DEALLOCATE measured; ROLLBACK");
    std::string text;
    for (const auto& line : lines) {
        text += line.at(0);
    }
    const nlohmann::json plan = nlohmann::json::parse(text).at(0).at("Plan");
    return {
        rows_of(plan) / work.messages,
        (number(plan, "Shared Hit Blocks") + number(plan, "Shared Read Blocks")) / work.messages};
}

/// A look-up in an index of four times as many rows goes at most one page deeper.
bool grows(double small, double large, int messages) {
    return large > 1.5 * small + 30.0 / messages;
}

/// The statements that cost more for each message in the larger of two blasts.
std::string growing(Statistics statistics) {
    TemporaryDatabase small;
    TemporaryDatabase large;
    prepare(small, statistics, small_size);
    prepare(large, statistics, large_size);
    const std::vector<Work> in_small = all_work(small_size);
    const std::vector<Work> in_large = all_work(large_size);
    std::string found;
    for (std::size_t i = 0; i < in_small.size(); ++i) {
        for (const bool generic : {false, true}) {
            if (generic && !in_small[i].prepared) {
                continue;
            }
            const Cost few = cost_of(small, in_small[i], generic);
            const Cost many = cost_of(large, in_large[i], generic);
            if (grows(few.rows, many.rows, in_small[i].messages) ||
                grows(few.buffers, many.buffers, in_small[i].messages)) {
                found += fmt::format(
                    "{}{}: {:.1f} -> {:.1f} rows, {:.1f} -> {:.1f} buffers a message\n",
                    in_small[i].name, generic ? " (prepared)" : "", few.rows, many.rows,
                    few.buffers, many.buffers);
            }
        }
    }
    return found;
}

} // namespace

TEST_CASE(
    "what a statement touches for each message does not grow with the blast, whatever the planner knows",
    "[alone]") {
    const Statistics statistics = GENERATE(Statistics::never, Statistics::empty, Statistics::fresh);
    INFO("statistics " << statistics_names.at(statistics));
    CHECK(growing(statistics) == "");
}

TEST_CASE("every statement's cost is measured, but of those that read no table that grows") {
    std::set<std::string> measured = without_tables;
    for (const Work& work : all_work(small_size)) {
        measured.insert(work.name);
    }
    std::set<std::string> written;
    for (const auto& file : std::filesystem::directory_iterator(source_dir() + "/sql/queries")) {
        written.insert(file.path().stem().string());
    }
    CHECK(measured == written);
}
