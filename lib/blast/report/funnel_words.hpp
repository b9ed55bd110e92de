#pragma once

#include "blast/domain/blast_report.hpp"
#include "blast/domain/funnel.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

// What every picture of a funnel says in words.

/// Why people were lost at a stage: "delivered, not read". "" for Sent.
std::string loss_reason(const FunnelStage& stage);
/// The same with the state that --stuck takes, and how many of them the gateway has given up:
/// "PENDING: not delivered yet, 2 undeliverable".
std::string loss_reason_with_state(const FunnelStage& stage, const BlastCounts& counts);

/// "253 recipients: 250 sent, 1 failed, 1 unconfirmed, 1 dropped"; what is 0 is left out.
std::string totals(const BlastCounts& counts);

/// What a reader should know beside the numbers, a sentence each; often none.
std::vector<std::string> notes_on(const BlastReport& report);

/// "4s", "38m 00s", "11h 00m"; "-" for nothing.
std::string time_taken(const std::optional<std::int64_t>& seconds);

/// One row of the timings, for people.
struct TimingRow {
    std::string stage; ///< "Delivered", "Read", "Replied"
    std::string half;  ///< half of them within
    std::string most;  ///< nine in ten of them within
};

/// Three rows, or none when nobody has reached any of the stages.
std::vector<TimingRow> timing_rows(const StageTimings& timings);

/// "raya-2026 / Initial", or "12 blasts together" where it is not of one. Made safe to show.
std::string title_of(const BlastReport& report);

} // namespace blast
