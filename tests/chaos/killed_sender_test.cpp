#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/temporary_database.hpp"

#include <csignal>
#include <random>

using blast::test::chaos_seed;
using blast::test::linger;
using blast::test::Process;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;

namespace {

using Draw = std::mt19937_64;

std::size_t up_to(std::size_t most, Draw& draw) {
    return std::uniform_int_distribution<std::size_t>(0, most)(draw);
}

/// Kills the sender at a random moment: some time after its start, which meets reading and queueing too, or when some
/// more messages are accepted. False when it had ended before.
bool kill_at_random_moment(Process& sender, const SendTrial& trial, Draw& draw) {
    constexpr std::size_t longest_start = 120;
    constexpr std::size_t most_messages = 25;
    constexpr std::size_t longest_rest = 12;
    if (up_to(3, draw) == 0)
        linger(std::chrono::milliseconds(up_to(longest_start, draw)));
    else
        trial.wait_for_accepted(trial.journal().size() + up_to(most_messages, draw), sender);
    linger(std::chrono::milliseconds(up_to(longest_rest, draw)));
    if (!sender.running())
        return false;
    sender.signal(SIGKILL);
    sender.wait();
    return true;
}

/// Starts a sender and kills it; whether it was in time. Only what it had in hand may be in doubt afterwards.
bool kill_sender(const SendTrial& trial, std::size_t most_doubtful, Draw& draw) {
    const std::size_t in_doubt_before = trial.count("SENDING") + trial.count("UNCONFIRMED");
    Process sender = trial.start();
    const bool killed = kill_at_random_moment(sender, trial, draw);
    trial.wait_for_silence();
    const std::size_t in_doubt = trial.count("SENDING") + trial.count("UNCONFIRMED");
    CHECK(in_doubt <= in_doubt_before + most_doubtful);
    return killed;
}

/// One blast whose senders are killed up to `most` times, then completed. Returns how many were killed.
int kill_senders(const SendTrial& trial, std::size_t most_doubtful, int most, Draw& draw) {
    int killed = 0;
    for (int round = 0; round < most; ++round) {
        if (kill_sender(trial, most_doubtful, draw))
            ++killed;
        if (up_to(1, draw) == 0)
            trial.expire_leases();
        if (trial.exists() && trial.count("QUEUED") == 0)
            break;
    }
    trial.expire_leases();
    trial.complete();
    return killed;
}

} // namespace

TEST_CASE("Whenever senders are killed, nobody gets the message twice and nobody is lost") {
    constexpr int enough = 50;
    constexpr int kills_of_a_blast = 6;
    constexpr std::size_t recipients = 120;
    constexpr std::size_t messages_a_second_and_request = 50; // the simulator takes 20 ms for each
    constexpr std::size_t fraction_of_a_second = 33;          // three round trips of 10 ms
    const std::uint64_t seed = chaos_seed();
    Draw draw(seed);
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "20ms"});
    int killed = 0;
    for (int blast = 0; killed < enough; ++blast) {
        const std::size_t concurrency = std::size_t{2} << up_to(3, draw);
        INFO(
            "BLAST_CHAOS_SEED=" << seed << ", blast " << blast << ", concurrency " << concurrency
                                << ", " << killed << " killed before");
        TrialSettings settings;
        settings.tag = "killed-" + std::to_string(blast);
        settings.recipients = recipients;
        settings.first_phone = blast * static_cast<int>(recipients);
        settings.flags = {"--rate", "max", "--concurrency", std::to_string(concurrency)};
        const SendTrial trial(database.url(), simulator, settings);
        const std::size_t most_doubtful =
            concurrency + concurrency / 2 +
            concurrency * messages_a_second_and_request / fraction_of_a_second;
        killed += kill_senders(trial, most_doubtful, kills_of_a_blast, draw);
        trial.check_books();
        CHECK(trial.count("SENDING") == 0);
        REQUIRE(blast < enough); // most kills must meet a sender that lives
    }
}

TEST_CASE("A sender that is killed with 8 messages on the wire leaves at most 13 in doubt") {
    constexpr int rounds = 5;
    constexpr std::size_t concurrency = 8;
    constexpr std::size_t most_doubtful = 13; // 8, half as many, and what a round trip sends
    const std::uint64_t seed = chaos_seed();
    INFO("BLAST_CHAOS_SEED=" << seed);
    Draw draw(seed);
    const TemporaryDatabase database;
    // So slow that three round trips to a busy database send one message at most.
    const Simulator simulator({"--delay", "1500ms"});
    TrialSettings settings;
    settings.recipients = 200;
    settings.flags = {"--rate", "max", "--concurrency", std::to_string(concurrency)};
    const SendTrial trial(database.url(), simulator, settings);
    for (int round = 0; round < rounds; ++round) {
        const std::size_t before = trial.count("SENDING") + trial.count("UNCONFIRMED");
        Process sender = trial.start();
        trial.wait_for_accepted(trial.journal().size() + concurrency + up_to(8, draw), sender);
        linger(std::chrono::milliseconds(up_to(1500, draw)));
        REQUIRE(sender.running());
        sender.signal(SIGKILL);
        sender.wait();
        trial.wait_for_silence();
        CHECK(trial.count("SENDING") + trial.count("UNCONFIRMED") <= before + most_doubtful);
        trial.check_books();
    }
}

TEST_CASE("A sender that is killed at a slow rate leaves one or two in doubt") {
    constexpr int rounds = 4;
    const std::uint64_t seed = chaos_seed();
    INFO("BLAST_CHAOS_SEED=" << seed);
    Draw draw(seed);
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "20ms"});
    TrialSettings settings;
    settings.recipients = 40;
    settings.flags = {"--rate", "8/s", "--concurrency", "8"};
    const SendTrial trial(database.url(), simulator, settings);
    for (int round = 0; round < rounds; ++round) {
        const std::size_t before = trial.count("SENDING") + trial.count("UNCONFIRMED");
        Process sender = trial.start();
        trial.wait_for_accepted(trial.journal().size() + 1 + up_to(3, draw), sender);
        linger(std::chrono::milliseconds(up_to(120, draw)));
        REQUIRE(sender.running());
        sender.signal(SIGKILL);
        sender.wait();
        trial.wait_for_silence();
        CHECK(trial.count("SENDING") + trial.count("UNCONFIRMED") <= before + 2);
        trial.check_books();
    }
}
