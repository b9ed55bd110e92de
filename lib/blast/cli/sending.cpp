#include "blast/cli/sending.hpp"

#include "blast/cli/progress.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/send_ending.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"
#include "blast/run/send_run.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/connection.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

SendEnd run_with_progress(const SendJob& job, const SendPlan& plan, std::int64_t queued) {
    job.log.detail(fmt::format(
        "sending {} message(s) of blast {} by '{}' on device {}, at most {} at once, {} for each",
        with_thousands(queued), plan.blast_id, printable(plan.gateway.url),
        printable(fmt::format("{}", fmt::join(plan.devices, ", "))), plan.concurrency,
        format_duration(plan.timeout)));
    Progress progress(job.options.settings);
    SendRun run(plan, job.stop, job.random, job.state_folder);
    run.on_progress([&](const SendProgress& now) {
        progress.show(
            send_progress_text(now.sent, queued, now.per_second, now.failed, now.unconfirmed));
    });
    run.on_failure([&](const std::string& phone, const std::string& words) {
        if (!job.options.settings.verbose) {
            return;
        }
        progress.wipe();
        job.log.detail(fmt::format("to {}: {}", mask_phone(phone), words));
    });
    run.on_stop([&] {
        progress.wipe();
        job.log.note(
            "stopping: what is in flight is waited for, at most 30 s; a second signal exits at once");
    });
    return run.run();
}

/// Applies the webhook events that came before their message was recorded, or that tell what became of a doubtful one.
/// How the blast stands then, if any was; when the database is gone, the next poll makes up for it.
std::optional<BlastCounts>
apply_waiting_events(const SendJob& job, Connection& connection, std::int64_t blast_id) {
    try {
        if (retry_waiting(connection, short_work_slot) == 0) {
            return std::nullopt;
        }
        return load_counts(connection, blast_id);
    } catch (const DatabaseError& error) {
        job.log.detail(error.what());
    }
    if (!connection.lost()) {
        return std::nullopt;
    }
    // It was idle for as long as the run took. What it may have applied before it was lost counts too.
    try {
        connection = Connection(require_database_url(job.options.settings));
        retry_waiting(connection, short_work_slot);
        return load_counts(connection, blast_id);
    } catch (const UnavailableError& error) {
        job.log.detail(error.what());
    } catch (const DatabaseError& error) {
        job.log.detail(error.what());
    }
    return std::nullopt;
}

} // namespace

SendPlan plan_for(const SendJob& job, const Blast& blast) {
    const SendOptions& options = job.options;
    SendPlan plan;
    plan.blast_id = blast.id;
    plan.blast_made_at = blast.made_at;
    plan.sender = job.random.uuid();
    plan.database_url = require_database_url(options.settings);
    plan.gateway = require_gateway(options.settings, options.concurrency);
    for (const std::string& text : blast.settings.messages) {
        plan.messages.emplace_back(text, "the blast's message");
    }
    plan.devices = options.devices ? *options.devices : blast.settings.devices;
    const Rate rate =
        options.rate ? *options.rate : parse_rate(blast.settings.rate, "the blast's rate");
    plan.slots =
        SlotPlan(rate.per_second, options.jitter_percent.value_or(blast.settings.jitter_percent));
    plan.daily_cap = options.daily_cap ? options.daily_cap : blast.settings.daily_cap;
    if (options.window) {
        plan.window = options.window;
    } else if (blast.settings.window) {
        plan.window = SendWindow(*blast.settings.window, "the blast's window");
    }
    if (plan.window && plan.window->is_all_day()) {
        plan.window.reset(); // it never closes
    }
    plan.timezone = options.settings.timezone;
    plan.concurrency = options.concurrency;
    plan.timeout = options.timeout;
    if (blast.stopped_by == "circuit") {
        plan.circuit_opened_at = blast.stopped_at;
    }
    return plan;
}

Outcome summarised(const Blast& blast, const BlastCounts& counts, Instant started, ExitCode code) {
    const auto elapsed = std::chrono::round<std::chrono::milliseconds>(BootClock::now() - started);
    return {
        code, {blast.id, blast.settings.tag, blast.settings.stage, counts, blast.skipped, elapsed}};
}

Outcome send_queued(
    SendJob& job,
    Connection& connection,
    const BlastAndCounts& before,
    const SendPlan& plan,
    Instant started) {
    const auto& [blast, counts] = before;
    const SendEnd end = run_with_progress(job, plan, counts.queued);
    tell_end(job, plan, end, blast);
    if (!end.counts) {
        return summarised(
            blast, counts, started,
            end.reason == SendStop::done ? ExitCode::unavailable
                                         : exit_code_of(end.reason, counts));
    }
    const BlastCounts after = apply_waiting_events(job, connection, blast.id).value_or(*end.counts);
    return summarised(blast, after, started, exit_code_of(end.reason, after));
}

} // namespace blast
