#include "blast/cli/dry_run_warnings.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/progress.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/send_blast.hpp"
#include "blast/cli/send_options.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/phone.hpp"
#include "blast/run/gateway_probe.hpp"
#include "blast/run/queue_audience.hpp"
#include "blast/run/test_message.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/opt_out_store.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <unistd.h>

namespace blast {

namespace {

std::vector<MessageTemplate> templates_of(const SendOptions& options) {
    std::vector<MessageTemplate> templates;
    for (const MessageText& message : options.messages) {
        templates.emplace_back(message.text, message.origin);
    }
    return templates;
}

QueueRequest queue_request(const SendJob& job) {
    const SendOptions& options = job.options;
    QueueRequest request;
    request.audience.csv_path = options.csv;
    request.audience.phone_column = options.phone_column;
    request.audience.skip_invalid = options.skip_invalid;
    request.rejects = options.rejects;
    request.messages = templates_of(options);
    request.again = options.again;
    request.dry_run = options.dry_run;
    request.read_twice = !options.dry_run && !options.yes && options.test_phone.empty();
    request.before_commit = [&job] { heed_stop(job.stop); };
    BlastSettings& settings = request.settings;
    settings.tag = options.tag;
    settings.stage = options.stage;
    for (const MessageText& message : options.messages) {
        settings.messages.push_back(message.text);
    }
    settings.devices = options.devices ? *options.devices : require_devices(options.settings);
    settings.rate = options.rate ? options.rate->text : settings.rate;
    settings.jitter_percent = options.jitter_percent.value_or(settings.jitter_percent);
    settings.daily_cap = options.daily_cap;
    if (options.window) {
        settings.window = options.window->text();
    }
    if (options.at) {
        settings.scheduled_at =
            std::chrono::duration<double>(options.at->time_since_epoch()).count();
    }
    return request;
}

/// Who has opted out gets no test message either, where there is a database that knows it.
void refuse_opted_out(const SendOptions& options, const std::string& phone) {
    if (options.settings.database_url.empty()) {
        return;
    }
    Connection connection(require_database_url(options.settings));
    require_current_schema(connection);
    if (is_opted_out(connection, {phone})) {
        throw UsageError(
            fmt::format("--test: '{}' has opted out", mask_phone(phone)),
            "give another number, or run `blast-admin opt-out remove` first");
    }
}

/// The setting up that a new blast needs before its rows are read: a database that fits and a gateway that answers.
Connection open_checked(const SendOptions& options, const BlastSettings& settings, const Log& log) {
    Connection connection(require_database_url(options.settings));
    require_current_schema(connection);
    if (!options.dry_run && !options.at) {
        preflight(require_gateway(options.settings, options.concurrency), settings.devices, log);
    }
    return connection;
}

/// " (3 invalid, 1 opted out left out)"; "" for nobody.
std::string left_out(const SkippedCounts& skipped) {
    std::string text;
    const auto add = [&text](std::int64_t count, const char* why) {
        if (count > 0) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_thousands(count), why);
        }
    };
    add(skipped.invalid, "invalid");
    add(skipped.duplicate, "duplicate");
    add(skipped.opted_out, "opted out");
    return text.empty() ? text : fmt::format(" ({} left out)", text);
}

bool confirm_counted(
    const SendJob& job, const BlastSettings& settings, const QueuedBlast& counted) {
    const SendOptions& options = job.options;
    const std::string question = fmt::format(
        "Send {} message(s){}, {}?", with_thousands(counted.queued), left_out(counted.skipped),
        cost_in_time(settings, counted.queued).words);
    const bool confirmed = confirm(options.settings.terminal, options.yes, question);
    heed_stop(job.stop);
    return confirmed;
}

/// A time that has passed may be a slip, as in the year: it can still be cancelled.
void tell_schedule(const SendJob& job, WallTime at) {
    const std::string time = job.options.settings.timezone.iso8601(at);
    if (at < SystemClock().wall()) {
        job.log.warn(fmt::format(
            "{} has passed: the next `blast-send --due` sends it; `blast-admin cancel` drops it",
            time));
    } else {
        job.log.note(fmt::format("queued for {}; `blast-send --due` sends it then", time));
    }
}

ExitCode
show_dry_run(const SendJob& job, const BlastSettings& settings, const QueuedBlast& counted) {
    const SendOptions& options = job.options;
    for (const std::string& warning : dry_run_warnings(options, SystemClock().wall())) {
        job.log.warn(warning);
    }
    print_dry_run(options, settings, counted, cost_in_time(settings, counted.queued));
    return ExitCode::done;
}

/// How a new blast is counted and queued, whoever its audience are.
struct NewBlast {
    BlastSettings settings;
    std::function<QueuedBlast(Connection&)> count;
    /// At most as many as were counted before the question, if it was asked.
    std::function<QueuedBlast(Connection&, std::optional<std::int64_t> confirmed)> queue;
};

/// The question is asked between two transactions: whoever takes his time over the answer holds up nobody.
ExitCode queue_and_send(SendJob& job, const NewBlast& blast) {
    const SendOptions& options = job.options;
    Connection connection = open_checked(options, blast.settings, job.log);
    std::optional<std::int64_t> confirmed;
    if (options.dry_run || !options.yes) {
        const QueuedBlast counted = blast.count(connection);
        if (options.dry_run) {
            return show_dry_run(job, blast.settings, counted);
        }
        if (!confirm_counted(job, blast.settings, counted)) {
            job.log.note("nothing was queued or sent");
            return ExitCode::usage;
        }
        confirmed = counted.queued;
        connection =
            Connection(require_database_url(options.settings)); // it may be gone after a while
    }
    const QueuedBlast queued = blast.queue(connection, confirmed);
    if (options.at) {
        tell_schedule(job, *options.at);
        return print_queued(job, connection, queued.blast_id);
    }
    return send_blast(job, connection, queued.blast_id);
}

ExitCode send_csv(SendJob& job) {
    const SendOptions& options = job.options;
    QueueRequest request = queue_request(job);
    const BlastSettings settings = request.settings;
    require_database_url(options.settings);
    const PhoneParser parser(options.settings.region);
    AudienceQueue audience(std::move(request), parser);
    Progress progress(options.settings);
    audience.on_progress([&](std::uint64_t rows) {
        heed_stop(job.stop);
        progress.show(fmt::format("read {}", with_thousands(static_cast<std::int64_t>(rows))));
    });
    return queue_and_send(
        job, {settings,
              [&](Connection& connection) {
                  const QueuedBlast counted = audience.count(connection);
                  progress.wipe();
                  return counted;
              },
              [&](Connection& connection, std::optional<std::int64_t>) {
                  const QueuedBlast queued = audience.queue(connection);
                  progress.wipe();
                  return queued;
              }});
}

ExitCode send_follow_up(SendJob& job) {
    const SendOptions& options = job.options;
    Connection first(require_database_url(options.settings));
    require_current_schema(first);
    const auto earlier = load_blast(first, options.from_blast);
    if (!earlier) {
        throw UsageError(
            fmt::format("there is no blast {}", options.from_blast),
            "blast-report --list shows those that exist");
    }
    FollowUpRequest request;
    request.earlier = options.from_blast;
    request.stuck = options.stuck;
    request.older_than = options.older_than;
    request.blast = queue_request(job);
    if (options.tag.empty()) {
        request.blast.settings.tag = earlier->settings.tag;
    }
    return queue_and_send(
        job, {request.blast.settings,
              [&](Connection& connection) { return count_follow_up(connection, request); },
              [&](Connection& connection, std::optional<std::int64_t> confirmed) {
                  return queue_follow_up(connection, request, confirmed);
              }});
}

ExitCode send_test(SendJob& job) {
    const SendOptions& options = job.options;
    const PhoneParser parser(options.settings.region);
    const ParsedPhone phone = parser.parse(options.test_phone);
    if (!phone.valid()) {
        throw UsageError(
            fmt::format("--test: '{}': {}", printable(options.test_phone), phone.problem),
            "give your own number");
    }
    QueueRequest request = queue_request(job);
    const std::string device = request.settings.devices.front();
    const GatewaySettings gateway = require_gateway(options.settings, options.concurrency);
    AudienceQueue audience(std::move(request), parser);
    const RenderedMessage message = audience.first_message();
    refuse_opted_out(options, phone.e164);
    preflight(gateway, {device}, job.log);
    const TestMessage sent =
        send_test_message(gateway, {device, phone.e164, message.text, options.timeout});
    return print_test(options, phone.e164, sent);
}

} // namespace

ExitCode send_tool(const Invocation& invocation) {
    const SendOptions options = parse_send_options(invocation);
    const Log log(log_settings(options.settings));
    const StopSignal stop;
    Random random = Random::from_system();
    const std::string folder =
        state_folder(invocation.variable("XDG_STATE_HOME"), invocation.variable("HOME"));
    SendJob job{options, log, stop, random, folder, BootClock::now()};
    switch (options.mode) {
    case SendMode::csv: return options.test_phone.empty() ? send_csv(job) : send_test(job);
    case SendMode::from_blast: return send_follow_up(job);
    case SendMode::resume: return resume_blast(job);
    case SendMode::due: return send_due(job);
    }
    return ExitCode::usage;
}

} // namespace blast
