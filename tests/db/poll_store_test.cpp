#include "blast/store/poll_store.hpp"

#include "blast/core/random.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/tracking_changes.hpp"

#include "support/catch.hpp"
#include "support/poll_schedule.hpp"
#include "support/process.hpp"
#include "support/tracked_blast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <numeric>
#include <random>
#include <set>

using namespace blast;
using namespace blast::test;
using namespace std::chrono_literals;

namespace {

constexpr double week = 7 * 86'400;

struct Scene {
    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};
    Random random = Random::from_system();
    std::string claim_id; ///< of the last claim

    Result execute(const Statement& statement) {
        return connection.execute(statement.sql, statement.parameters);
    }

    std::vector<std::int64_t> candidates(const DueRule& rule, std::size_t page = 1000) {
        std::vector<RecipientKey> keys;
        std::optional<PollCandidate> last;
        std::size_t before = 0;
        do {
            before = keys.size();
            last = read_candidates(
                execute(candidates_statement({blast.id()}, rule, page, last)), keys);
        } while (keys.size() - before == page);
        const auto is_ours = [&](const RecipientKey& key) { return key.blast_id == blast.id(); };
        CHECK(std::all_of(keys.begin(), keys.end(), is_ours));
        std::vector<std::int64_t> ids(keys.size());
        std::transform(
            keys.begin(), keys.end(), ids.begin(), [](const RecipientKey& key) { return key.id; });
        return ids;
    }

    std::set<std::int64_t> claim(const std::vector<std::int64_t>& ids, const DueRule& rule = {}) {
        claim_id = random.uuid();
        const Results results = connection.execute_together(
            {claim_lock_statement({blast.id()}),
             claim_messages_statement(blast.id(), ids, {claim_id, 40s, rule})});
        std::set<std::int64_t> claimed;
        for (const ClaimedMessage& message : read_claimed_messages(blast.id(), results.back()))
            claimed.insert(message.key.id);
        return claimed;
    }

    void release(const std::string& claim) {
        execute(release_claims_statement(blast.id(), {claim}));
    }

    std::string claims() { return database.value("SELECT count(*) FROM check_claims"); }

    PollSurvey survey(const DueRule& rule = {}) {
        return read_survey(execute(survey_statement({blast.id()}, rule)));
    }
};

/// Messages of every age, status and time of the last check, as the database has them and as the schedule sees them.
class Messages {
public:
    Messages(Scene& scene, std::uint64_t seed) : scene_(scene), engine_(seed) {}

    void add(int count) {
        while (count > 0)
            count -= add_one() ? 1 : 0;
    }

    std::vector<std::int64_t> due_in_order() const {
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < messages_.size(); ++i) {
            if (is_due(messages_[i], now))
                ids.push_back(static_cast<std::int64_t>(i) + 1);
        }
        std::sort(ids.begin(), ids.end(), [this](std::int64_t left, std::int64_t right) {
            return is_checked_before(at(left), at(right));
        });
        return ids;
    }

    std::int64_t moving() const {
        return std::count_if(messages_.begin(), messages_.end(), [](const TrackedMessage& message) {
            return still_moves(message, now);
        });
    }

private:
    const TrackedMessage& at(std::int64_t id) const {
        return messages_[static_cast<std::size_t>(id) - 1];
    }

    /// Whole seconds, each age once, so that the order is certain; nothing that a second or two would change.
    bool add_one() {
        static constexpr std::array<Status, 4> statuses{
            Status::pending, Status::delivery_ack, Status::read_ack, Status::replied};
        const double scale = std::uniform_real_distribution<double>(0, 1)(engine_);
        const double sent_ago = std::floor(5 + (week + 86'400) * std::pow(scale, 4));
        const double checked_ago =
            engine_() % 4 == 0
                ? -1
                : std::floor(sent_ago * std::uniform_real_distribution<double>(0, 0.6)(engine_));
        const Status status = statuses.at(engine_() % statuses.size());
        TrackedMessage message{now - seconds_of(sent_ago), std::nullopt, status};
        if (checked_ago >= 0)
            message.last_checked_at = now - seconds_of(checked_ago);
        const bool settled = is_due(message, now - 5s) == is_due(message, now + 5s) &&
                             still_moves(message, now - 5s) == still_moves(message, now + 5s);
        if (!settled || !ages_.insert(sent_ago).second)
            return false;
        MessageFixture row;
        row.phone = "+6012" + std::to_string(3'000'000 + messages_.size());
        row.message_id = "id-" + std::to_string(messages_.size());
        row.status = std::string(to_string(status));
        row.sent_ago = sent_ago;
        row.checked_ago = checked_ago;
        scene_.blast.add(row);
        messages_.push_back(message);
        return true;
    }

    static WallTime::duration seconds_of(double seconds) {
        return std::chrono::duration_cast<WallTime::duration>(
            std::chrono::duration<double>(seconds));
    }

    static constexpr WallTime now{std::chrono::seconds(1'768'716'000)};

    Scene& scene_;
    std::mt19937_64 engine_;
    std::vector<TrackedMessage> messages_;
    std::set<double> ages_;
};

} // namespace

TEST_CASE("the statements of a poll say the same as the schedule") {
    const std::uint64_t seed = std::random_device()();
    CAPTURE(seed);
    Scene scene;
    Messages messages(scene, seed);
    messages.add(300);
    const std::vector<std::int64_t> due = messages.due_in_order();
    REQUIRE(due.size() > 30);
    CHECK(scene.candidates({}) == due);
    CHECK(scene.candidates({}, 7) == due);
    const PollSurvey survey = scene.survey();
    CHECK(survey.due == static_cast<std::int64_t>(due.size()));
    CHECK(survey.moving == messages.moving());
    std::vector<std::int64_t> all(300);
    std::iota(all.begin(), all.end(), 1);
    CHECK(scene.claim(all) == std::set<std::int64_t>(due.begin(), due.end()));
    CHECK(scene.candidates({}).empty());
    CHECK(scene.claim(all).empty());
}

TEST_CASE("with --now all that moves is due once") {
    Scene scene;
    Messages messages(scene, 1);
    messages.add(100);
    const DueRule rule{read_poll_start(scene.execute(poll_start_statement()))};
    const std::vector<std::int64_t> first = scene.candidates(rule);
    CHECK(static_cast<std::int64_t>(first.size()) == messages.moving());
    CHECK(scene.survey(rule).due == messages.moving());
    CHECK(static_cast<std::int64_t>(scene.claim(first, rule).size()) == messages.moving());
    scene.database.query(
        "DELETE FROM check_claims; UPDATE blast_recipients SET last_checked_at = clock_timestamp()");
    CHECK(scene.candidates(rule).empty());
    CHECK(scene.survey(rule).due == 0);
}

TEST_CASE("a claim ends with its lease, or when it is let go") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    CHECK(scene.claim({id}).size() == 1);
    const std::string first = scene.claim_id;
    CHECK(scene.claim({id}).empty());
    CHECK(scene.candidates({}).empty());
    scene.release(first);
    CHECK(scene.candidates({}).size() == 1);
    CHECK(scene.claim({id}).size() == 1);
    scene.database.query("UPDATE check_claims SET lease_until = now() - interval '1 millisecond'");
    CHECK(scene.candidates({}).size() == 1);
    CHECK(scene.claim({id}).size() == 1);
    CHECK(scene.claims() == "1");
}

TEST_CASE("a run that outlived its lease does not let go of what another run took over") {
    Scene scene;
    const std::int64_t id = scene.blast.add(MessageFixture{"+60123456789", "a"});
    CHECK(scene.claim({id}).size() == 1);
    const std::string outlived = scene.claim_id;
    scene.database.query("UPDATE check_claims SET lease_until = now() - interval '1 millisecond'");
    CHECK(scene.claim({id}).size() == 1);
    scene.release(outlived);
    CHECK(scene.claims() == "1");
    CHECK(scene.claim({id}).empty());
}

TEST_CASE("a claim takes what it was asked for and no other message, from one blast only") {
    Scene scene;
    scene.blast.add_many(6, 3600);
    TrackedBlast other(scene.database, "other");
    CHECK(scene.claim({1, 2, 5}) == std::set<std::int64_t>{1, 2, 5});
    CHECK(scene.claim({1, 2, 3, 4, 5, 6}) == std::set<std::int64_t>{3, 4, 6});
    scene.database.query("UPDATE check_claims SET blast_id = " + std::to_string(other.id()));
    CHECK(scene.claim({1, 2, 3, 4, 5, 6}).size() == 6);
}

TEST_CASE("a claim does not wait for a message that another transaction changes") {
    Scene scene;
    scene.blast.add_many(10, 3600);
    Connection other(scene.database.url());
    const Transaction transaction(other);
    other.execute("SELECT 1 FROM blast_recipients WHERE id <= 4 FOR UPDATE");
    CHECK(scene.claim({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).size() == 10);
}

TEST_CASE("a claim waits for the one before it, and then sees what that holds") {
    Scene scene;
    scene.blast.add_many(10, 3600);
    Connection other(scene.database.url());
    const auto run = [&](const Statement& statement) {
        return other.execute(statement.sql, statement.parameters);
    };
    Transaction transaction(other);
    run(claim_lock_statement({scene.blast.id()}));
    run(claim_messages_statement(
        scene.blast.id(), {1, 2, 3, 4}, {scene.random.uuid(), 40s, DueRule{}}));

    const std::vector<std::int64_t> all{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    auto waiting = std::async(std::launch::async, [&] { return scene.claim(all); });
    wait_until("the claim that waits", [&] {
        return scene.database.value(
                   "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                   " AND datname = current_database()") == "1";
    });
    transaction.commit();
    CHECK(waiting.get().size() == 6);
}

TEST_CASE("claims leave a table that stays small, however many come and go", "[alone]") {
    constexpr int claims = 1000;
    Scene scene;
    scene.blast.add_many(100, 3600);
    scene.database.hold_autovacuum();
    // The worst that a claim can hold: no two of its messages are neighbours.
    std::vector<std::int64_t> odd;
    for (std::int64_t id = 1; id <= 100; id += 2)
        odd.push_back(id);
    for (int i = 0; i < claims; ++i) {
        REQUIRE(scene.claim(odd).size() == odd.size());
        scene.release(scene.claim_id);
    }
    CHECK(scene.claims() == "0");
    // If nothing were pruned, 1,000 rows of more than a kilobyte each would stand there.
    CHECK(
        std::stoll(scene.database.value("SELECT pg_total_relation_size('check_claims')")) <
        500'000);
}

TEST_CASE("the survey tells when the next message is due or moves no more") {
    Scene scene;
    const auto soon = [&](double sent_ago, double checked_ago) {
        MessageFixture message;
        message.phone = "+60123456789";
        message.message_id = "a";
        message.sent_ago = sent_ago;
        message.checked_ago = checked_ago;
        scene.database.query("TRUNCATE blast_recipients, status_history");
        scene.blast.add(message);
        return scene.survey().seconds_to_next.value();
    };
    CHECK(soon(3600, -1) == 0);
    CHECK(soon(100, 10) == Approx(20).margin(2));
    CHECK(soon(3600, 600) == Approx(400).margin(2));
    CHECK(soon(week - 100, 60) == Approx(100).margin(2));
}

TEST_CASE("checks are HOT, and however many of them do not make the table grow", "[alone]") {
    constexpr int messages = 1000;
    Scene scene;
    scene.blast.add_many(messages, 3600);
    scene.database.hold_autovacuum();
    const auto size = [&] {
        return std::stoll(scene.database.value(
            "SELECT pg_table_size('blast_recipients') + pg_indexes_size('blast_recipients')"));
    };
    const std::int64_t before = size();
    std::vector<std::int64_t> all(messages);
    std::iota(all.begin(), all.end(), 1);
    for (int round = 0; round < 20; ++round) {
        for (std::size_t first = 0; first < all.size(); first += 100) {
            const std::vector<std::int64_t> group(
                all.begin() + static_cast<std::ptrdiff_t>(first),
                all.begin() + static_cast<std::ptrdiff_t>(first) + 100);
            TrackingChanges told(ChangeSource::poll);
            for (const std::int64_t id : group)
                told.add(StatusReport{
                    {scene.blast.id(), id},
                    "raya-" + std::to_string(id),
                    round < 10 ? "" : "DELIVERY_ACK",
                    std::nullopt,
                    ""});
            REQUIRE(scene.claim(group).size() == group.size());
            scene.connection.execute_together(told.statements(3).statements);
            scene.release(scene.claim_id);
        }
        scene.database.query(
            "UPDATE blast_recipients SET last_checked_at = last_checked_at - interval '1 day'");
    }
    scene.connection.execute("SELECT pg_stat_force_next_flush()");
    scene.database.query("SELECT pg_stat_force_next_flush()");
    CHECK(
        scene.database.value(
            "SELECT n_tup_upd || ' ' || n_tup_upd - n_tup_hot_upd FROM pg_stat_user_tables"
            " WHERE relname = 'blast_recipients'") == "40000 0");
    CHECK(size() == before);
}
