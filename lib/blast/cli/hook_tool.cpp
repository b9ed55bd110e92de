#include "blast/cli/hook_tool.hpp"

#include "blast/cli/hook_options.hpp"
#include "blast/cli/hook_summary.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/output_style.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/core/interruptible_input.hpp"
#include "blast/core/output.hpp"
#include "blast/core/printable.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/report/inbox_list.hpp"
#include "blast/run/counter_slots.hpp"
#include "blast/run/event_file.hpp"
#include "blast/run/hook_run.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <istream>
#include <sys/resource.h>
#include <unistd.h>

namespace blast {

namespace {

Connection open_database(const Settings& settings) {
    Connection connection(require_database_url(settings));
    require_current_schema(connection);
    return connection;
}

IntakeRules intake_rules(const HookOptions& options) {
    Random random = Random::from_system();
    return {options.attribution, OptOutWords(options.opt_out_words), draw_counter_slot(random)};
}

ExitCode interrupted(const StopSignal& stop) {
    return stop.received() == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

/// Each connection is a descriptor; the usual soft limit of 1,024 is too few for them.
void allow_many_connections() {
    constexpr rlim_t wanted = 8192;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

ExitCode serve(const HookOptions& options, const Log& log) {
    const std::string& secret = require_hook_secret(options.settings);
    const IntakeRules rules = intake_rules(options);
    const StopSignal stop;
    open_database(options.settings);
    allow_many_connections();
    const int listener = listen_on(options.address);
    if (!options.address.is_loopback()) {
        log.warn("other machines can connect, without TLS: put a TLS proxy in front");
    }
    const std::string address = local_address(listener);
    HookRun run(listener, secret, options.settings.database_url, rules, log);
    log.note(fmt::format("listening on http://{}", address));
    const IntakeCounts counts = run.run(stop);
    log.note(fmt::format("stopped, after {} event(s)", counts.events));
    return interrupted(stop);
}

/// The descriptor of the events; of standard input for "-".
int open_events(const std::string& path) {
    if (path == "-") {
        return STDIN_FILENO;
    }
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(path, ignored);
    const int descriptor = is_folder ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        throw UsageError(
            fmt::format("cannot read '{}'", printable(path)),
            "give --ingest a file with one event a line, or - for standard input");
    }
    return descriptor;
}

ExitCode ingest(const HookOptions& options, const Log& log) {
    const IntakeRules rules = intake_rules(options);
    const StopSignal stop;
    InterruptibleInput input(open_events(options.ingest_path), stop);
    std::istream lines(&input);
    Connection connection = open_database(options.settings);
    const IngestSummary summary =
        ingest_events(lines, connection, options.settings.database_url, rules, stop);
    if (options.settings.prints_summary()) {
        std::cout << format_ingest_summary(summary, options.settings.format);
    }
    if (!summary.stopped) {
        return ExitCode::done;
    }
    log.note("stopped; run it again with the same events, those that are in count as repeats");
    return interrupted(stop);
}

ReportFormat list_format(OutputFormat format) {
    switch (format) {
    case OutputFormat::json: return ReportFormat::json;
    case OutputFormat::csv: return ReportFormat::csv;
    default: return ReportFormat::table;
    }
}

ExitCode list_kept(const HookOptions& options, const TextStyle& style) {
    constexpr std::size_t page_size = 1000;
    Connection connection = open_database(options.settings);
    StandardOutput output;
    const auto writer = make_inbox_list_writer(
        list_format(options.settings.format), output, style, options.settings.timezone);
    std::int64_t after = 0;
    for (;;) {
        const std::vector<ListedEvent> page = list_inbox(connection, after, page_size);
        if (page.empty()) {
            break;
        }
        after = page.back().id;
        writer->add(page);
    }
    writer->end();
    output.finish();
    return ExitCode::done;
}

} // namespace

ExitCode hook_tool(const Invocation& invocation) {
    const HookOptions options = parse_hook_options(invocation);
    const Log log(log_settings(options.settings));
    switch (options.mode) {
    case HookMode::ingest: return ingest(options, log);
    case HookMode::inbox: return list_kept(options, text_style(invocation));
    case HookMode::listen: break;
    }
    return serve(options, log);
}

} // namespace blast
