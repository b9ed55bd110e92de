#include "blast/cli/hook_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/phone.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace blast {

namespace {

/// The flags as they are written.
struct HookFlags {
    std::string listen;
    std::string ingest;
    bool inbox = false;
    std::string attribution = "7d";
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

void add_hook_flags(CLI::App& app, HookFlags& flags, HookOptions& options) {
    app.add_option(
           "--listen", flags.listen,
           "serve POST /hook/<secret> and GET /healthz there; the secret is BLAST_HOOK_SECRET")
        ->type_name("ADDRESS:PORT")
        ->group("What");
    app.add_option(
           "--ingest", flags.ingest, "take in captured events, a document a line; - is stdin")
        ->type_name("FILE")
        ->group("What");
    app.add_flag("--inbox", flags.inbox, "list the events that wait or are kept for inspection")
        ->group("What");
    app.add_option(
           "--attribution", flags.attribution,
           "a reply answers a message that was sent at most so long before it [7d]")
        ->type_name("T")
        ->group("How");
    app.add_option(
           "--opt-out-word", options.opt_out_words,
           "a message that is this word opts out too; may be given again")
        ->type_name("WORD")
        ->group("How")
        ->allow_extra_args(false);
}

HookMode mode_of(const HookFlags& flags) {
    const int given =
        (flags.listen.empty() ? 0 : 1) + (flags.ingest.empty() ? 0 : 1) + (flags.inbox ? 1 : 0);
    if (given != 1) {
        throw UsageError(
            given == 0 ? "nothing to do" : "--listen, --ingest and --inbox do not go together",
            "give one of --listen ADDRESS:PORT, --ingest FILE and --inbox");
    }
    if (flags.inbox) {
        return HookMode::inbox;
    }
    return flags.ingest.empty() ? HookMode::listen : HookMode::ingest;
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

} // namespace

HookOptions parse_hook_options(const Invocation& invocation) {
    CommandLine line(
        invocation, hook_help(), {OutputFormat::table, OutputFormat::json, OutputFormat::csv});
    HookFlags flags;
    HookOptions options;
    add_hook_flags(line.app(), flags, options);
    options.settings = line.parse();
    options.mode = mode_of(flags);
    if (options.mode == HookMode::listen) {
        options.address = parse_listen_address(flags.listen, "--listen");
    }
    options.ingest_path = flags.ingest;
    options.attribution.window = checked_window(flags.attribution);
    options.attribution.device_of_number = devices_by_number(options.settings);
    return options;
}

} // namespace blast
