#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/open_database.hpp"
#include "blast/cli/progress.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/interruptible_input.hpp"
#include "blast/core/output.hpp"
#include "blast/core/printable.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/domain/attribution.hpp"
#include "blast/domain/phone.hpp"
#include "blast/report/inbox_list.hpp"
#include "blast/run/event_file.hpp"
#include "blast/run/hook_run.hpp"
#include "blast/run/listen_address.hpp"
#include "blast/store/blast_store.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <istream>
#include <sys/resource.h>
#include <unistd.h>

namespace blast {

namespace {

// ---- the command line ----

enum class HookMode { listen, ingest, inbox };

/// blast-hook's command line.
struct HookOptions {
    Settings settings;
    HookMode mode = HookMode::listen;
    ListenAddress address;   ///< --listen
    std::string ingest_path; ///< --ingest: a file, or "-"
    AttributionRules attribution;
    std::vector<std::string> opt_out_words; ///< --opt-out-word, beyond the built-in ones
};

HelpText hook_help() {
    return {
        "Take in what the gateway tells: receipts, replies, opt-outs.",
        "blast-hook --listen 127.0.0.1:8080\n"
        "blast-hook --ingest FILE|-\n"
        "blast-hook --inbox",
        "  # behind a TLS proxy; the gateway posts to https://.../hook/$BLAST_HOOK_SECRET\n"
        "  blast-hook --listen 127.0.0.1:8080\n"
        "  # events that were captured, one JSON document a line\n"
        "  blast-hook --ingest events.jsonl\n"
        "  # what could not be matched or understood\n"
        "  blast-hook --inbox"};
}

HookMode mode_of(const std::string& listen, const std::string& ingest, bool inbox) {
    const int given = (listen.empty() ? 0 : 1) + (ingest.empty() ? 0 : 1) + (inbox ? 1 : 0);
    if (given != 1) {
        throw UsageError(
            given == 0 ? "nothing to do" : "--listen, --ingest and --inbox do not go together",
            "give one of --listen ADDRESS:PORT, --ingest FILE and --inbox");
    }
    if (inbox) {
        return HookMode::inbox;
    }
    return ingest.empty() ? HookMode::listen : HookMode::ingest;
}

std::map<std::string, std::string> devices_by_number(const Settings& settings) {
    std::map<std::string, std::string> devices;
    if (settings.device_numbers.empty()) {
        return devices;
    }
    const PhoneParser parser(settings.region);
    for (const auto& [device, number] : settings.device_numbers) {
        const ParsedPhone phone = parser.parse(number);
        if (!phone.valid()) {
            throw UsageError(
                fmt::format(
                    "WSAPME_DEVICE_NUMBERS: '{}' is not a phone number ({})", printable(number),
                    phone.problem),
                "write DEVICE=NUMBER, such as 5850=+60123456789");
        }
        devices[phone.e164] = device;
    }
    return devices;
}

std::chrono::seconds checked_window(const std::string& text) {
    const std::chrono::milliseconds window = parse_duration(text, "--attribution");
    if (window < std::chrono::seconds(1)) {
        throw UsageError(
            fmt::format("--attribution: '{}' is too short", printable(text)), "give 1s or more");
    }
    return std::chrono::duration_cast<std::chrono::seconds>(window);
}

HookOptions parse_hook_options(const Invocation& invocation) {
    CommandLine line(
        invocation, hook_help(), {OutputFormat::table, OutputFormat::json, OutputFormat::csv});
    HookOptions options;
    options.attribution.window = std::chrono::hours(24 * 7);
    std::string listen;
    bool inbox = false;
    FlagGroup what = line.group("What");
    what.text(
        "--listen", listen, "ADDRESS:PORT",
        "serve POST /hook/<secret> and GET /healthz there; the secret is BLAST_HOOK_SECRET");
    what.text(
        "--ingest", options.ingest_path, "FILE",
        "take in captured events, a document a line; - is stdin");
    what.flag("--inbox", inbox, "list the events that wait or are kept for inspection");
    line.group("How").value(
        "--attribution", "T",
        "a reply answers a message that was sent at most so long before it [7d]",
        [&](const std::string& t) { options.attribution.window = checked_window(t); });
    line.app()
        .add_option(
            "--opt-out-word", options.opt_out_words,
            "a message that is this word opts out too; may be given again")
        ->type_name("WORD")
        ->group("How")
        ->allow_extra_args(false);
    options.settings = line.parse();
    options.mode = mode_of(listen, options.ingest_path, inbox);
    if (options.mode == HookMode::listen) {
        options.address = parse_listen_address(listen, "--listen");
    }
    options.attribution.device_of_number = devices_by_number(options.settings);
    return options;
}

// ---- the summary of --ingest ----

std::string as_json(const IngestSummary& summary) {
    const IntakeCounts& counts = summary.counts;
    const nlohmann::ordered_json document{
        {"events", counts.events},       {"applied", counts.applied},
        {"repeats", counts.repeats},     {"kept", counts.kept},
        {"opted_out", counts.opted_out}, {"waiting", summary.waiting_in_all}};
    return document.dump() + "\n";
}

void add_line(std::string& text, const char* what, std::int64_t count, const char* meaning) {
    if (count > 0) {
        text += fmt::format("  {:<10}{:>9}  {}\n", what, with_thousands(count), meaning);
    }
}

std::string for_people(const IngestSummary& summary) {
    const IntakeCounts& counts = summary.counts;
    std::string text = fmt::format("took in {} event(s)\n", with_thousands(counts.events));
    add_line(text, "applied", counts.applied, "those that had waited included");
    add_line(text, "repeats", counts.repeats, "had come before");
    add_line(text, "kept", counts.kept, "for inspection: blast-hook --inbox");
    add_line(text, "opted out", counts.opted_out, "will not be written to again");
    add_line(text, "waiting", summary.waiting_in_all, "in all, for the messages they are about");
    return text;
}

/// On standard output: one JSON document on one line, or a few lines for people.
std::string format_ingest_summary(const IngestSummary& summary, OutputFormat format) {
    return format == OutputFormat::json ? as_json(summary) : for_people(summary);
}

// ---- what it does ----

IntakeRules intake_rules(const HookOptions& options) {
    Random random = Random::from_system();
    return {options.attribution, OptOutWords(options.opt_out_words), draw_counter_slot(random)};
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
    return stop.exit_code();
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
    return stop.exit_code();
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
