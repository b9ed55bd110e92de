#pragma once

#include "blast/core/random.hpp"
#include "blast/domain/blast_counts.hpp"
#include "blast/store/parameters.hpp"
#include "blast/store/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

class Connection;

/// What a blast was told when it was made, as it is kept.
struct BlastSettings {
    std::string tag;
    std::string stage;
    std::vector<std::string> messages; ///< templates: the variants
    std::vector<std::string> columns;  ///< the recipients' own, in the order of the CSV
    std::vector<std::string> devices;
    std::string rate = "1/s";
    int jitter_percent = 30;
    std::optional<int> daily_cap;
    std::optional<std::string> window;  ///< HH:MM-HH:MM
    std::optional<double> scheduled_at; ///< epoch seconds
};

/// Rows of the CSV that are not in a blast, and why.
struct SkippedCounts {
    std::int64_t invalid = 0;
    std::int64_t duplicate = 0;
    std::int64_t opted_out = 0;
};

struct Blast {
    std::int64_t id = 0;
    std::string
        made_at; ///< epoch seconds and microseconds: tells blasts of different databases apart
    BlastSettings settings;
    SkippedCounts skipped;
    std::string stopped_by;         ///< "person", "circuit" or empty
    std::string stopped_at;         ///< epoch seconds and microseconds, or empty
    bool has_living_sender = false; ///< one whose heartbeat is younger than its lease
};

/// One blast by its id, or without one the newest; nothing if there is none. Throws DatabaseError.
std::optional<Blast> load_blast(Connection& connection, std::optional<std::int64_t> id);

/// A blast and how its recipients stand.
struct BlastAndCounts {
    Blast blast;
    BlastCounts counts;
};

/// Both in one round trip; nothing if there is no such blast. Throws DatabaseError.
std::optional<BlastAndCounts> load_blast_and_counts(Connection& connection, std::int64_t id);

/// From the counters: one row, however large the blast. Throws DatabaseError.
BlastCounts load_counts(Connection& connection, std::int64_t blast_id);

/// The same over any connection.
Statement blast_counts_statement(std::int64_t blast_id);
BlastCounts read_blast_counts(const Result& result);
/// Queued to closed, of one row of any statement that gives them.
BlastCounts read_counts(const Result& result, int row);

/// What --resume gives again; empty values keep what was kept.
struct ChangedSettings {
    std::optional<std::vector<std::string>> devices;
    std::optional<std::string> rate;
    std::optional<int> jitter_percent;
    std::optional<int> daily_cap;
    std::optional<std::string> window;
};

/// A person takes the blast up again: stores the changes, forgets --at and that a person stopped it, and gives queued
/// recipients of devices that do not send any more to those that do. Throws DatabaseError.
void take_up_again(Connection& connection, const Blast& blast, const ChangedSettings& changes);

/// How many requeue would queue again: all but those who were erased. Throws DatabaseError.
std::int64_t
count_requeueable(Connection& connection, std::int64_t blast_id, const std::string& state);

/// Queues FAILED or UNCONFIRMED recipients ("FAILED", "UNCONFIRMED") again; returns how many. Throws DatabaseError.
std::int64_t requeue(Connection& connection, std::int64_t blast_id, const std::string& state);

/// Turns what dead senders left into UNCONFIRMED; returns how many. Throws DatabaseError.
std::int64_t expire_leases(Connection& connection, std::int64_t blast_id);

/// Blasts that --due is to send, oldest first. Throws DatabaseError.
std::vector<std::int64_t> due_blasts(Connection& connection);

/// Makes `sender` (a UUID) the blast's sender for a lease, unless another lives or it is stopped. Throws DatabaseError.
bool take_up_alone(
    Connection& connection,
    std::int64_t blast_id,
    const std::string& sender,
    std::chrono::milliseconds lease);

/// The slot of blast_counters that a short-lived connection writes.
constexpr int short_work_slot = 0;

/// A slot of blast_counters for one long-lived connection: drawn at random, so that connections seldom share one and wait
/// for each other's commit. Any slot is right.
inline int draw_counter_slot(Random& random) {
    constexpr std::uint64_t slots = 63;
    return 1 + static_cast<int>(random.below(slots));
}

} // namespace blast
