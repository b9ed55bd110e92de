#include "support/pooler.hpp"

#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/temporary_database.hpp"

#include <array>
#include <csignal>
#include <random>

using blast::test::chaos_seed;
using blast::test::Environment;
using blast::test::Pooler;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;

namespace {

void check_success(Process& process) {
    const ProcessResult result = process.wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
}

void migrate_from_three_places(const std::string& url) {
    const std::vector<std::string> migrate{"blast-admin", "migrate"};
    const Environment environment{{"DATABASE_URL", url}};
    std::array<Process, 3> migrations{
        Process(migrate, environment), Process(migrate, environment),
        Process(migrate, environment)};
    for (Process& migration : migrations)
        check_success(migration);
}

} // namespace

TEST_CASE(
    "Through PgBouncer in transaction mode, a sender that is killed leaves the next one right results") {
    constexpr int kills = 8;
    const std::uint64_t seed = chaos_seed();
    INFO("BLAST_CHAOS_SEED=" << seed);
    std::mt19937_64 draw(seed);
    const auto database = TemporaryDatabase::without_schema();
    const Pooler pooler(database->url());
    migrate_from_three_places(pooler.url());
    const Simulator simulator({"--delay", "5ms"});
    TrialSettings settings;
    settings.recipients = 800;
    settings.environment = {{"DATABASE_URL", pooler.url()}};
    const SendTrial trial(database->url(), simulator, settings);
    for (int i = 0; i < kills; ++i) {
        Process sender = trial.start();
        std::uniform_int_distribution<std::size_t> messages(1, 60);
        trial.wait_for_accepted(trial.journal().size() + messages(draw), sender);
        REQUIRE(sender.running());
        sender.signal(SIGKILL);
        sender.wait();
        trial.check_books();
    }
    trial.wait_for_silence();
    trial.expire_leases();
    Process other = trial.start(); // two at once share the pooler's few connections
    trial.complete();
    other.wait();
    trial.check_books();
    CHECK(trial.count("RECORDED") + trial.count("UNCONFIRMED") == settings.recipients);
}
