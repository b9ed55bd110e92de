#pragma once

#include "blast/cli/send_blast.hpp"
#include "blast/cli/send_summary.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/error.hpp"
#include "blast/run/send_plan.hpp"
#include "blast/store/blast_store.hpp"

namespace blast {

class Connection;

/// What the run of a blast is to do: as the blast says, and the flags where they say more. Throws UsageError.
SendPlan plan_for(const SendJob& job, const Blast& blast);

/// How sending a blast ended, for the exit and for the person.
struct Outcome {
    ExitCode code = ExitCode::done;
    SendSummary summary;
};

Outcome summarised(const Blast& blast, const BlastCounts& counts, Instant started, ExitCode code);

/// Sends what is queued, with progress, and tells how it ended; `before` is how the blast stood. `connection` is used after
/// the run, and replaced where it was lost meanwhile.
Outcome send_queued(
    SendJob& job,
    Connection& connection,
    const BlastAndCounts& before,
    const SendPlan& plan,
    Instant started);

} // namespace blast
