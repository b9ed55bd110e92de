#pragma once

#include "blast/cli/cost_in_time.hpp"
#include "blast/cli/send_options.hpp"
#include "blast/core/error.hpp"
#include "blast/core/log.hpp"
#include "blast/core/random.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/run/outcome_file.hpp"
#include "blast/run/queue_audience.hpp"
#include "blast/run/test_message.hpp"

#include <string>

namespace blast {

/// What all ways to call blast-send work with.
struct SendJob {
    const SendOptions& options;
    const Log& log;
    const StopSignal& stop;
    Random& random;
    std::string state_folder; ///< for outcomes that the database could not take
    Instant started = BootClock::now();
};

/// Throws (exit 129, 130 or 143) once SIGHUP, SIGINT or SIGTERM came; for where nothing is queued or sent yet.
void heed_stop(const StopSignal& stop);

/// Sends what is queued of a blast and prints its summary. `connection` is used before and after, not while sending.
ExitCode send_blast(SendJob& job, Connection& connection, std::int64_t blast_id);

/// --resume: records what a file of this machine still holds, queues again what the flags say, and sends.
ExitCode resume_blast(SendJob& job);

/// --due: every blast that is scheduled and due, or was left, and has no living sender, one after the other.
ExitCode send_due(SendJob& job);

/// The summary of a blast that is queued for later.
ExitCode print_queued(const SendJob& job, Connection& connection, std::int64_t blast_id);

/// What --dry-run found.
void print_dry_run(
    const SendOptions& options,
    const BlastSettings& settings,
    const QueuedBlast& queued,
    const CostInTime& cost);

/// What became of --test; exit 1 unless it was accepted.
ExitCode print_test(const SendOptions& options, const std::string& phone, const TestMessage& sent);

} // namespace blast
