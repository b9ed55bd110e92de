#include "chaos/send_trial.hpp"
#include "support/database_query.hpp"
#include "support/temporary_database.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using blast::test::linger;
using blast::test::Process;
using blast::test::query_value;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;
using blast::test::wait_until;

namespace {

/// Stops the process, and lets it go on unless it holds enough of them.
bool suspend_if_claims_in_hand(const SendTrial& trial, Process& sender, std::size_t concurrency) {
    REQUIRE(sender.running());
    sender.signal(SIGSTOP);
    linger(std::chrono::milliseconds(100)); // what is on its way reaches the journal and the tables
    if (trial.count("SENDING") > concurrency && trial.journal().size() > concurrency)
        return true;
    sender.signal(SIGCONT);
    return false;
}

/// Stops the process while it holds recipients that it has claimed and not yet posted.
void suspend_with_claims_in_hand(const SendTrial& trial, Process& sender, std::size_t concurrency) {
    wait_until("a sender that is stopped with claims in hand", [&] {
        return suspend_if_claims_in_hand(trial, sender, concurrency);
    });
}

} // namespace

TEST_CASE("A sender that was stopped beyond its leases sends nothing late when it goes on") {
    constexpr std::size_t concurrency = 4;
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "300ms"});
    TrialSettings settings;
    settings.recipients = 60;
    settings.flags = {"--rate", "max", "--concurrency", "4", "--timeout", "1s"};
    const SendTrial trial(database.url(), simulator, settings);
    Process sender = trial.start();
    suspend_with_claims_in_hand(trial, sender, concurrency);
    wait_until(
        "its leases to end",
        [&] {
            return query_value(
                       database.url(), "SELECT count(*) FROM blast_outbox WHERE state = 'SENDING' "
                                       "AND lease_until >= now()") == "0";
        },
        std::chrono::seconds(60));
    trial.complete();
    CHECK(trial.count("SENDING") == 0);
    CHECK(trial.count("UNCONFIRMED") > 0);
    trial.check_books();
    const std::size_t accepted = trial.journal().size();
    sender.signal(SIGCONT);
    sender.wait();
    CHECK(trial.journal().size() <= settings.recipients);
    trial.complete(); // what it never posted came back to the queue at most
    trial.check_books();
    CHECK(trial.journal().size() >= accepted);
}
