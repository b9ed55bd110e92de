#pragma once

#include "support/process.hpp"
#include "support/simulator.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace blast::test {

/// Where the recipients of a blast stand, by phone: RECORDED, or the state in the outbox.
using Ledger = std::map<std::string, std::string>;

/// How a trial is sent.
struct TrialSettings {
    std::string tag = "trial";
    std::size_t recipients = 100;
    int first_phone = 0; ///< trials that share a simulator need numbers of their own
    std::vector<std::string> flags{"--rate", "max", "--concurrency", "4"};
    Environment environment; ///< on top of what all trials need
};

/// One blast of a test, sent by the real blast-send, and the books that must agree afterwards: the database's and the
/// simulator's journal.
class SendTrial {
public:
    SendTrial(std::string database_url, const Simulator& simulator, TrialSettings settings = {});

    /// Starts blast-send: with the CSV while the blast does not exist, else with --resume.
    Process start() const;
    /// Starts another sender of the blast, which must exist: blast-send --resume with further flags.
    Process resume(const std::vector<std::string>& flags = {}) const;
    /// The same, as commands.
    std::vector<std::string> command() const;
    std::vector<std::string> resume_command(const std::vector<std::string>& flags = {}) const;
    const Environment& environment() const noexcept { return environment_; }

    bool exists() const;
    std::string blast_id() const;
    Ledger ledger() const;
    std::size_t count(const std::string& state) const;
    /// Of the trial's recipients, those whose message the simulator accepted.
    std::vector<JournalEntry> journal() const;

    /// Waits until the simulator has accepted so many of the trial, or the sender has ended.
    void wait_for_accepted(std::size_t count, Process& sender) const;
    /// Waits until a sender ends by itself, and checks that it tells of nothing worse than recipients that failed.
    static void wait_for_end(Process& sender);
    /// Waits until no server process works for a sender any more: one that was killed may still have a claim to commit.
    void wait_for_silence() const;
    /// Stands in for waiting: the leases of senders that are dead have ended.
    void expire_leases() const;
    /// Runs --resume until nothing is queued; fails the test when that takes more than three runs.
    void complete() const;

    /// The promises, whatever happened: nobody got the message twice; everyone is accounted for once; what was accepted is
    /// recorded, unconfirmed, or in the hands of a sender; what is recorded was accepted, with that id and text; the
    /// counters are right.
    void check_books() const;

private:
    std::string phone(std::size_t index) const;
    void check_journal(const std::vector<JournalEntry>& entries, const Ledger& books) const;
    void check_recorded(const std::vector<JournalEntry>& entries) const;
    void check_counters(const Ledger& books) const;

    std::string database_url_;
    const Simulator& simulator_;
    TrialSettings settings_;
    TemporaryFolder folder_;
    std::string csv_;
    Environment environment_;
};

/// The seed of a test that draws: the environment's BLAST_CHAOS_SEED, else a new one.
std::uint64_t chaos_seed();

/// Lets time pass: part of a random moment, never waiting for something to happen.
void linger(std::chrono::milliseconds duration);

} // namespace blast::test
