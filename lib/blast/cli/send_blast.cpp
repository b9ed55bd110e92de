#include "blast/cli/send_blast.hpp"

#include "blast/cli/outcome_files.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/send_ending.hpp"
#include "blast/cli/send_summary.hpp"
#include "blast/cli/sending.hpp"
#include "blast/cli/terminal.hpp"
#include "blast/run/gateway_probe.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>

#include <csignal>

namespace blast {

namespace {

void print(const SendJob& job, const Outcome& outcome) {
    const Settings& settings = job.options.settings;
    if (settings.prints_summary()) {
        fmt::print("{}", format_summary(outcome.summary, settings.format));
    }
}

[[noreturn]] void throw_no_blast(std::int64_t id) {
    throw UsageError(
        fmt::format("there is no blast {}", id), "blast-report --list shows those that exist");
}

Blast require_blast(Connection& connection, const std::optional<std::int64_t>& id) {
    const auto blast = load_blast(connection, id);
    if (blast) {
        return *blast;
    }
    if (!id) {
        throw UsageError("there is no blast yet", "send one with --csv");
    }
    throw_no_blast(*id);
}

/// Recipients that the flags want to be queued again.
struct Requeueing {
    std::int64_t unconfirmed = 0;
    std::int64_t failed = 0;
};

Requeueing requeueing_of(const SendJob& job, Connection& connection, const Blast& blast) {
    Requeueing again;
    if (job.options.resend_unconfirmed) {
        again.unconfirmed = count_requeueable(connection, blast.id, "UNCONFIRMED");
    }
    if (job.options.retry_failed) {
        again.failed = count_requeueable(connection, blast.id, "FAILED");
    }
    return again;
}

void confirm_resend(const SendJob& job, std::int64_t doubtful) {
    const std::string question = fmt::format(
        "{} recipient(s) may have got the message already and would get it twice. Send it again?",
        doubtful);
    const bool confirmed = confirm(job.options.settings.terminal, job.options.yes, question);
    heed_stop(job.stop);
    if (!confirmed) {
        throw UsageError("not resent", "without --resend-unconfirmed only the others are sent");
    }
}

/// Only when all is ready to send: what is queued and then not sent is what --due sends.
void requeue_now(
    const SendJob& job, Connection& connection, const Blast& blast, const Requeueing& again) {
    if (again.unconfirmed > 0) {
        confirm_resend(job, again.unconfirmed);
        requeue(connection, blast.id, "UNCONFIRMED");
    }
    if (again.failed > 0) {
        requeue(connection, blast.id, "FAILED");
    }
}

ChangedSettings changed_settings(const SendOptions& options) {
    ChangedSettings changes;
    changes.devices = options.devices;
    if (options.rate) {
        changes.rate = options.rate->text;
    }
    changes.jitter_percent = options.jitter_percent;
    changes.daily_cap = options.daily_cap;
    if (options.window) {
        changes.window = options.window->text();
    }
    return changes;
}

/// Outside its window a blast has nothing to send: only what a dead sender left is accounted for. Nothing while it is open.
std::optional<Outcome> outside_window(
    const SendJob& job,
    Connection& connection,
    const Blast& blast,
    const SendPlan& plan,
    const std::vector<OutcomeFile>& kept) {
    if (!plan.window || plan.window->is_open(SystemClock().wall(), plan.timezone)) {
        return std::nullopt;
    }
    record_kept(job, connection, blast, kept);
    expire_leases(connection, blast.id);
    const BlastCounts counts = load_counts(connection, blast.id);
    SendEnd end;
    if (counts.queued > 0) {
        end.reason = SendStop::window_closed;
    }
    end.why = "the sending window is closed";
    tell_end(job, plan, end, blast);
    return summarised(blast, counts, BootClock::now(), exit_code_of(end.reason, counts));
}

/// Sends what is queued unless another sender lives.
std::optional<Outcome>
send_alone(SendJob& job, std::int64_t blast_id, const std::vector<OutcomeFile>& kept) {
    Connection connection(require_database_url(job.options.settings));
    const Blast blast = require_blast(connection, blast_id);
    const SendPlan plan = plan_for(job, blast);
    if (auto outcome = outside_window(job, connection, blast, plan, kept)) {
        return outcome;
    }
    preflight(plan.gateway, plan.devices, job.log);
    if (!take_up_alone(connection, blast_id, plan.sender, plan.lease())) {
        return std::nullopt;
    }
    record_kept(job, connection, blast, kept);
    take_up_again(connection, blast, changed_settings(job.options));
    return send_queued(
        job, connection, {blast, load_counts(connection, blast_id)}, plan, BootClock::now());
}

int severity(ExitCode code) {
    switch (code) {
    case ExitCode::done: return 0;
    case ExitCode::partly: return 1;
    case ExitCode::stopped: return 2;
    default: return 3;
    }
}

} // namespace

void heed_stop(const StopSignal& stop) {
    if (stop.received() != 0) {
        throw Error(stop.exit_code(), "interrupted", "nothing was queued or sent");
    }
}

ExitCode send_blast(SendJob& job, Connection& connection, std::int64_t blast_id) {
    const auto queued = load_blast_and_counts(connection, blast_id);
    if (!queued) {
        throw_no_blast(blast_id);
    }
    const SendPlan plan = plan_for(job, queued->blast);
    const Outcome outcome = send_queued(job, connection, *queued, plan, job.started);
    print(job, outcome);
    return outcome.code;
}

ExitCode resume_blast(SendJob& job) {
    Connection connection(require_database_url(job.options.settings));
    require_current_schema(connection);
    const Blast blast = require_blast(connection, job.options.resume);
    record_kept(job, connection, blast, read_outcome_files(job.state_folder, blast.id));
    expire_leases(connection, blast.id);
    const Requeueing again = requeueing_of(job, connection, blast);
    const BlastCounts before = load_counts(connection, blast.id);
    if (before.queued + again.unconfirmed + again.failed == 0) {
        const Outcome nothing =
            summarised(blast, before, job.started, exit_code_of(SendStop::done, before));
        print(job, nothing);
        return nothing.code;
    }
    const SendPlan plan = plan_for(job, blast);
    preflight(plan.gateway, plan.devices, job.log);
    requeue_now(job, connection, blast, again);
    take_up_again(connection, blast, changed_settings(job.options));
    const Outcome outcome =
        send_queued(job, connection, {blast, load_counts(connection, blast.id)}, plan, job.started);
    print(job, outcome);
    return outcome.code;
}

ExitCode send_due(SendJob& job) {
    Connection connection(require_database_url(job.options.settings));
    require_current_schema(connection);
    ExitCode worst = ExitCode::done;
    std::vector<SendSummary> summaries;
    for (const std::int64_t id : due_blasts(connection)) {
        if (job.stop.received() != 0) {
            break;
        }
        const auto kept = read_kept(job, id); // before the lease, which nobody would use then
        if (!kept) {
            worst = ExitCode::unavailable;
            continue;
        }
        const auto outcome = send_alone(job, id, *kept);
        if (!outcome) {
            continue;
        }
        summaries.push_back(outcome->summary);
        if (severity(outcome->code) > severity(worst)) {
            worst = outcome->code;
        }
    }
    if (job.options.settings.prints_summary()) {
        fmt::print("{}", format_summaries(summaries, job.options.settings.format));
    }
    return worst;
}

ExitCode print_queued(const SendJob& job, Connection& connection, std::int64_t blast_id) {
    const Blast blast = require_blast(connection, blast_id);
    print(job, summarised(blast, load_counts(connection, blast_id), job.started, ExitCode::done));
    return ExitCode::done;
}

} // namespace blast
