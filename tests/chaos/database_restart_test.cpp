#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/pooler.hpp"
#include "support/private_postgres.hpp"

#include <filesystem>
#include <random>
#include <sys/stat.h>

using blast::test::chaos_seed;
using blast::test::Pooler;
using blast::test::PrivatePostgres;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryFolder;
using blast::test::TrialSettings;
using blast::test::wait_until;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t few = 48;

PrivatePostgres& server() {
    static PrivatePostgres started;
    return started;
}

TrialSettings settings_of(const std::string& tag, std::size_t recipients, int first_phone = 0) {
    TrialSettings settings;
    settings.tag = tag;
    settings.first_phone = first_phone;
    settings.recipients = recipients;
    return settings;
}

std::vector<fs::path> files_below(const std::string& folder) {
    std::vector<fs::path> files;
    if (fs::exists(folder)) {
        for (const auto& entry : fs::directory_iterator(folder))
            files.push_back(entry.path());
    }
    return files;
}

/// The database came back: the answers in the file are recorded, and nobody is in doubt.
void check_kept_outcomes(
    const SendTrial& trial, const TemporaryFolder& state, const std::string& said) {
    const auto kept = files_below(state.path() + "/blast");
    REQUIRE(kept.size() == 1);
    CHECK(said.find(kept[0].string()) != std::string::npos);
    struct stat facts {};
    REQUIRE(stat(kept[0].c_str(), &facts) == 0);
    constexpr unsigned permissions = 07777;
    CHECK((facts.st_mode & permissions) == (S_IRUSR | S_IWUSR));
    trial.complete();
    trial.check_books();
    CHECK(files_below(state.path() + "/blast").empty());
    CHECK(trial.count("UNCONFIRMED") == 0);
    CHECK(trial.count("SENDING") == 0);
}

/// The file could not be written: what was answered meanwhile is in doubt, and nobody gets it twice.
void check_lost_outcomes(const SendTrial& trial, const std::string& said) {
    CHECK(said.find("could be written to") != std::string::npos);
    trial.expire_leases();
    trial.complete();
    trial.check_books();
    CHECK(trial.count("UNCONFIRMED") > 0);
    CHECK(trial.count("RECORDED") + trial.count("UNCONFIRMED") == few);
}

/// blast-send where no file can grow, its messages apart: as on a full disk.
std::vector<std::string> on_a_full_disk(const std::vector<std::string>& command) {
    std::vector<std::string> whole{
        "/bin/bash", "-c",
        R"(exec 1> >(exec cat >&1) 2> >(exec cat >&2); trap '' XFSZ; ulimit -f 0; exec "$@")",
        "bash"};
    whole.push_back(blast::test::executable_path(command[0]));
    whole.insert(whole.end(), command.begin() + 1, command.end());
    return whole;
}

} // namespace

TEST_CASE(
    "PostgreSQL that is stopped at once and started again under a run leaves nobody in doubt, nor through PgBouncer") {
    constexpr int restarts = 3;
    constexpr std::size_t recipients = 200;
    const std::uint64_t seed = chaos_seed();
    INFO("BLAST_CHAOS_SEED=" << seed);
    std::mt19937_64 draw(seed);
    const std::string database = server().create_database("restarted");
    const Pooler pooler(database);
    const Simulator simulator({"--delay", "20ms"});
    const SendTrial direct(database, simulator, settings_of("restarted", recipients));
    TrialSettings settings = settings_of("pooled", recipients, 1'000);
    settings.environment = {{"DATABASE_URL", pooler.url()}};
    const SendTrial pooled(database, simulator, settings);
    Process second = pooled.start();
    Process first = direct.start();
    pooled.wait_for_accepted(5, second);
    REQUIRE(second.running());
    for (int i = 0; i < restarts; ++i) {
        std::uniform_int_distribution<std::size_t> messages(5, 40);
        direct.wait_for_accepted(direct.journal().size() + messages(draw), first);
        REQUIRE(first.running());
        server().stop_immediately();
        server().start();
    }
    for (Process* const sender : {&first, &second}) {
        const ProcessResult result = sender->wait(std::chrono::seconds(120));
        INFO(result.err);
        CHECK(result.exit_code == 0);
    }
    for (const SendTrial* const trial : {&direct, &pooled}) {
        trial->check_books();
        CHECK(trial->count("RECORDED") == recipients);
    }
}

TEST_CASE(
    "A database that stays away ends the run, and what was answered is kept in a file, or in doubt if there is no room") {
    const std::string database = server().create_database("away");
    const Simulator simulator({"--delay", "500ms"});
    const TemporaryFolder state;
    TrialSettings settings = settings_of("kept", few);
    settings.environment = {{"XDG_STATE_HOME", state.path()}};
    const SendTrial kept(database, simulator, settings);
    const SendTrial lost(database, simulator, settings_of("lost", few, 1'000));
    const Pooler pooler(database);
    const TemporaryFolder pooled_state;
    settings = settings_of("pooled", few, 2'000);
    settings.environment = {
        {"DATABASE_URL", pooler.url()}, {"XDG_STATE_HOME", pooled_state.path()}};
    const SendTrial pooled(database, simulator, settings);
    Process keeper = kept.start();
    Process loser(on_a_full_disk(lost.command()), lost.environment());
    Process pooled_keeper = pooled.start();
    kept.wait_for_accepted(8, keeper);
    lost.wait_for_accepted(8, loser);
    pooled.wait_for_accepted(8, pooled_keeper);
    REQUIRE(keeper.running());
    REQUIRE(loser.running());
    REQUIRE(pooled_keeper.running());
    server().stop_immediately();
    const ProcessResult kept_end = keeper.wait();
    CHECK(kept_end.exit_code == 3);
    CHECK(loser.wait().exit_code == 3);
    const ProcessResult pooled_end = pooled_keeper.wait(std::chrono::minutes(4));
    CHECK(pooled_end.exit_code == 3);
    const std::size_t accepted = kept.journal().size();
    server().start();
    CHECK(kept.count("RECORDED") < accepted);
    INFO(kept_end.err);
    check_kept_outcomes(kept, state, kept_end.err);
    INFO(pooled_end.err);
    check_kept_outcomes(pooled, pooled_state, pooled_end.err);
    wait_until("the last words", [&] { return !loser.err().empty(); });
    INFO(loser.err());
    check_lost_outcomes(lost, loser.err());
}
