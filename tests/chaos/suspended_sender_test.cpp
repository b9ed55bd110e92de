#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <algorithm>
#include <csignal>
#include <set>

using blast::test::linger;
using blast::test::Pooler;
using blast::test::Process;
using blast::test::query;
using blast::test::query_value;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;
using blast::test::wait_until;

namespace {

constexpr std::size_t concurrency = 4;

TrialSettings settings_of(const std::string& tag, int first_phone) {
    TrialSettings settings;
    settings.tag = tag;
    settings.recipients = 60;
    settings.first_phone = first_phone;
    settings.flags = {"--rate",    "max", "--concurrency", std::to_string(concurrency),
                      "--timeout", "1s"};
    return settings;
}

/// The claims of a trial's recipients, by phone.
using Attempts = std::map<std::string, std::string>;

/// Of those that are in `state`, whose message the simulator has not.
Attempts unposted(const SendTrial& trial, const TemporaryDatabase& database, const char* state) {
    Attempts attempts;
    for (const auto& row : query(
             database.url(), "SELECT phone_number, attempt_id FROM blast_outbox WHERE blast_id = " +
                                 trial.blast_id() + " AND state = '" + state + "'"))
        attempts[row[0]] = row[1];
    for (const auto& entry : trial.journal())
        attempts.erase(entry.to);
    return attempts;
}

/// Whose message the simulator has, under these very claims.
std::vector<std::string>
posted_under(const Attempts& attempts, const SendTrial& trial, const TemporaryDatabase& database) {
    const auto rows = query(
        database.url(), "SELECT phone_number, attempt_id FROM blast_outbox UNION ALL "
                        "SELECT phone_number, attempt_id FROM blast_recipients");
    const std::set<std::vector<std::string>> claims(rows.begin(), rows.end());
    std::vector<std::string> late;
    for (const auto& entry : trial.journal()) {
        const auto found = attempts.find(entry.to);
        if (found != attempts.end() && claims.contains({found->first, found->second}))
            late.push_back(entry.to);
    }
    return late;
}

/// Whether it was stopped in the midst of a transaction, whose locks the server keeps for as long as the process lives.
bool is_within_a_transaction(const TemporaryDatabase& database) {
    return query_value(
               database.url(),
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND backend_type = 'client backend' AND xact_start IS NOT NULL "
               "AND pid <> pg_backend_pid()") != "0";
}

/// Whether a sender that is stopped has claims in hand, now that what was on its way has reached the simulator.
bool has_claims_in_hand(const SendTrial& trial, const TemporaryDatabase& database) {
    constexpr int looks = 2;
    std::size_t fewest = concurrency;
    for (int look = 0; look < looks; ++look) {
        linger(std::chrono::milliseconds(100));
        fewest = std::min(fewest, unposted(trial, database, "SENDING").size());
    }
    return fewest > 1 && !is_within_a_transaction(database);
}

/// Stops the process, and lets it go on unless it holds recipients that it has claimed and not yet posted.
bool suspend_if_claims_in_hand(
    const SendTrial& trial, const TemporaryDatabase& database, Process& sender) {
    REQUIRE(sender.running());
    sender.signal(SIGSTOP);
    if (has_claims_in_hand(trial, database))
        return true;
    sender.signal(SIGCONT);
    return false;
}

void suspend_with_claims_in_hand(
    const SendTrial& trial, const TemporaryDatabase& database, Process& sender) {
    trial.wait_for_accepted(concurrency + 1, sender);
    wait_until("a sender that is stopped with claims in hand", [&] {
        return suspend_if_claims_in_hand(trial, database, sender);
    });
}

void wait_for_leases_to_end(const TemporaryDatabase& database) {
    wait_until(
        "the leases to end",
        [&] {
            return query_value(
                       database.url(), "SELECT count(*) FROM blast_outbox WHERE state = 'SENDING' "
                                       "AND lease_until >= now()") == "0";
        },
        std::chrono::seconds(60));
}

/// Another sender completes the blast; then the one that was stopped goes on.
void go_on_after_another(
    const SendTrial& trial, const TemporaryDatabase& database, Process& sender) {
    trial.complete();
    CHECK(trial.count("SENDING") == 0);
    trial.check_books();
    const Attempts in_hand = unposted(trial, database, "UNCONFIRMED");
    REQUIRE(!in_hand.empty());
    sender.signal(SIGCONT);
    sender.wait();
    trial.complete(); // what it never posted came back to the queue at most
    trial.check_books();
    CHECK(posted_under(in_hand, trial, database) == std::vector<std::string>{});
}

} // namespace

TEST_CASE(
    "A sender that was stopped beyond its leases sends nothing late when it goes on, nor through PgBouncer") {
    const TemporaryDatabase database;
    const Pooler pooler(database.url());
    const Simulator simulator({"--delay", "300ms"});
    const SendTrial direct(database.url(), simulator, settings_of("direct", 0));
    TrialSettings settings = settings_of("pooled", 1'000);
    settings.environment = {{"DATABASE_URL", pooler.url()}};
    const SendTrial pooled(database.url(), simulator, settings);
    Process first = direct.start();
    suspend_with_claims_in_hand(direct, database, first);
    Process second = pooled.start();
    suspend_with_claims_in_hand(pooled, database, second);
    wait_for_leases_to_end(database); // of both at once
    go_on_after_another(direct, database, first);
    go_on_after_another(pooled, database, second);
}
