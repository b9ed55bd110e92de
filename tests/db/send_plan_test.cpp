#include "blast/store/send_store.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

using namespace blast;
using namespace blast::test;

namespace {

constexpr std::string_view attempt = "00000000-0000-4000-8000-000000000001";
constexpr int queue_size = 5'000;
constexpr std::int64_t group_size = 50;

/// A blast with a long queue that no statistics are kept of, as right after it is queued; or analyzed.
struct Scene {
    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};

    explicit Scene(bool analyzed) {
        database.query(
            "ALTER TABLE blast_outbox SET (autovacuum_enabled = false);"
            "INSERT INTO devices (device) VALUES ('5850') ON CONFLICT DO NOTHING;"
            "INSERT INTO blast_outbox (blast_id, phone_number, variables) "
            "SELECT " +
            std::to_string(blast.id()) +
            ", '+6012' || (2000000 + i), '{}' FROM generate_series(1, " +
            std::to_string(queue_size) + ") AS i");
        if (analyzed)
            database.query("ANALYZE");
    }

    /// Runs the statements in one transaction; returns how many rows of the outbox they read. The server's count may hold
    /// transactions before this one.
    std::int64_t rows_read(std::vector<Statement> statements, Results& results) {
        const Statement count{"SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables "
                              "WHERE relname = 'blast_outbox'"};
        statements.insert(statements.begin(), count);
        statements.push_back(count);
        results = connection.execute_together(statements);
        const std::int64_t before = results.front().one_row().integer(0, 0);
        results.erase(results.begin());
        return results.back().one_row().integer(0, 0) - before;
    }

    ClaimRequest claim() const {
        ClaimRequest request;
        request.blast_id = blast.id();
        request.attempt = attempt;
        request.lease = std::chrono::seconds(55);
        request.device = "5850";
        request.paced = false;
        request.starts.assign(group_size + 1, 0);
        request.timezone = "UTC";
        return request;
    }
};

SettleRequest acceptance(const Scene& scene, const ClaimAnswer& claimed) {
    SettleRequest request;
    request.blast_id = scene.blast.id();
    for (const ClaimedRecipient& row : claimed.rows) {
        AcceptedMessage message;
        message.id = row.id;
        message.attempt = attempt;
        message.device = "5850";
        message.message_id = "m" + std::to_string(row.id);
        request.accepted.push_back(std::move(message));
    }
    return request;
}

} // namespace

TEST_CASE("a claim and its record read their own rows of a long queue, not the rest of it") {
    const bool analyzed = GENERATE(false, true);
    CAPTURE(analyzed);
    Scene scene(analyzed);
    Results results;
    // Each row is read when it is picked, locked and changed.
    CHECK(scene.rows_read(claim_statements(scene.claim()), results) <= 4 * group_size);
    const ClaimAnswer claimed = read_claim(results);
    REQUIRE(claimed.rows.size() == group_size);
    const SettleRequest request = acceptance(scene, claimed);
    CHECK(scene.rows_read(settle_statements(request), results) <= 4 * group_size);
    CHECK(not_recorded(request.accepted, results.at(results.size() - 2)).empty());
}
