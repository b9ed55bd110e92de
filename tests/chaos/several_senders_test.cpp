#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <csignal>
#include <memory>

using blast::test::Pooler;
using blast::test::Process;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;

namespace {

/// `count` senders of one blast, the first of which is killed. `url` may be that of a pooler before the database.
void send_together(const TemporaryDatabase& database, const std::string& url, std::size_t count) {
    constexpr std::size_t concurrency = 4;
    constexpr std::size_t messages_a_second =
        400; // of one sender: the simulator takes 10 ms for each
    constexpr std::size_t fraction_of_a_second = 33; // three round trips to the database
    INFO(count << " senders");
    const Simulator simulator({"--delay", "10ms"});
    TrialSettings settings;
    settings.recipients = 300 * count;
    settings.environment = {{"DATABASE_URL", url}};
    const SendTrial trial(database.url(), simulator, settings);
    Process first = trial.start();
    trial.wait_for_accepted(1, first);
    std::vector<std::unique_ptr<Process>> others;
    while (others.size() + 1 < count)
        others.push_back(std::make_unique<Process>(trial.resume_command(), trial.environment()));
    trial.wait_for_accepted(settings.recipients / 3, first);
    REQUIRE(first.running());
    first.signal(SIGKILL);
    first.wait();
    for (const auto& other : others)
        SendTrial::wait_for_end(*other);
    trial.check_books();
    CHECK(trial.count("QUEUED") == 0);
    CHECK(
        trial.count("SENDING") <=
        concurrency + concurrency / 2 + messages_a_second / fraction_of_a_second);
    CHECK(trial.count("UNCONFIRMED") == 0); // the dead sender's lease has not ended
    trial.expire_leases();
    trial.complete();
    trial.check_books();
    CHECK(trial.count("SENDING") == 0);
}

} // namespace

TEST_CASE(
    "Several senders of one blast share its recipients, and one that is killed disturbs nobody") {
    for (const std::size_t count : {std::size_t{2}, std::size_t{4}}) {
        const TemporaryDatabase database;
        send_together(database, database.url(), count);
    }
}

TEST_CASE("Several senders share the few connections of a PgBouncer, one of them killed") {
    const TemporaryDatabase database;
    const Pooler pooler(database.url());
    send_together(database, pooler.url(), 4);
}
