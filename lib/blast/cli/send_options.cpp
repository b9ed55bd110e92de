#include "blast/cli/send_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"
#include "blast/domain/unicode.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

namespace blast {

namespace {

// ---- values ----

std::string checked_label(const std::string& text, const char* flag) {
    constexpr std::size_t longest = 200;
    const bool plain = is_utf8(text) && printable(text, text.size() + 1) == text;
    if (text.empty() || text.size() > longest || !plain) {
        throw UsageError(
            fmt::format("{}: '{}' cannot be used", flag, printable(text)),
            fmt::format("give 1 to {} characters, without control characters", longest));
    }
    return text;
}

/// Of a campaign: one that is nothing but blanks or signs cannot be told from others in a list.
std::string checked_tag(const std::string& text) {
    std::string tag = checked_label(text, "--tag");
    for (std::string_view rest = tag; !rest.empty();) {
        if (is_letter_or_digit(take_code_point(rest))) {
            return tag;
        }
    }
    throw UsageError(
        fmt::format("--tag: '{}' has no letter and no digit", printable(tag)),
        "name the campaign, such as --tag raya-2026");
}

std::string checked_stuck(const std::string& text) {
    if (const auto status = parse_status(text); status && *status != Status::replied) {
        return std::string(to_string(*status));
    }
    if (const auto state = parse_outbox_state(text)) {
        return std::string(to_string(*state));
    }
    throw UsageError(
        fmt::format("--stuck: '{}' is not where a recipient can be stuck", printable(text)),
        "give PENDING, DELIVERY_ACK, READ_ACK, QUEUED, SENDING, FAILED, UNCONFIRMED or DROPPED");
}

std::chrono::milliseconds checked_timeout(const std::string& text) {
    const std::chrono::milliseconds timeout = parse_duration(text, "--timeout");
    if (timeout < std::chrono::milliseconds(100) || timeout > std::chrono::minutes(10)) {
        throw UsageError(
            fmt::format("--timeout: '{}' is out of range", printable(text)), "give 100ms to 10m");
    }
    return timeout;
}

// ---- messages ----

constexpr std::size_t largest_message_file = 1024UL * 1024;

/// One byte more than a message may have shows that there is more; a pipe is not read to an end that it may not have.
std::optional<std::string> read_beginning(std::istream& in) {
    std::string text(largest_message_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) {
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

std::optional<std::string> read_file(const std::string& path) {
    std::error_code unknown;
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path, unknown)) {
        return std::nullopt;
    }
    return read_beginning(in);
}

/// What Windows writes as CRLF is one line end to WhatsApp.
void unite_line_ends(std::string& text) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
            text[kept++] = text[i];
        }
    }
    text.resize(kept);
}

/// A --message-file, or standard input for "-": without a BOM, with LF for each line end, and without the one at its end.
MessageText read_message_file(const std::string& path) {
    std::optional<std::string> text = path == "-" ? read_beginning(std::cin) : read_file(path);
    if (!text) {
        throw UsageError(
            fmt::format("--message-file: cannot read '{}'", printable(path)),
            "check its name and permissions");
    }
    if (text->size() > largest_message_file || !is_utf8(*text)) {
        throw UsageError(
            fmt::format("--message-file: '{}' is not a message", printable(path)),
            "give a text in UTF-8 of at most 1 MiB");
    }
    if (text->compare(0, 3, "\xEF\xBB\xBF") == 0) {
        text->erase(0, 3);
    }
    unite_line_ends(*text);
    if (!text->empty() && text->back() == '\n') {
        text->pop_back();
    }
    return {std::move(*text), path == "-" ? "--message-file" : path};
}

/// --message and --message-file in the order in which they stand on the command line.
std::vector<MessageText> read_messages(const CLI::App& app, const std::string& csv) {
    std::vector<MessageText> messages;
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* const option : app.parse_order()) {
        const bool is_file = option->check_lname("message-file");
        if (!is_file && !option->check_lname("message")) {
            continue;
        }
        const std::string& value = option->results().at(taken[option]++);
        if (is_file && value == "-" && csv == "-") {
            throw UsageError(
                "--csv and --message-file cannot both be standard input",
                "give one of them as a file");
        }
        messages.push_back(is_file ? read_message_file(value) : MessageText{value, "--message"});
    }
    return messages;
}

/// A file that is read must not be written over.
void refuse_one_file_for_two_purposes(const SendOptions& options) {
    for (const MessageText& message : options.messages) {
        std::error_code neither_exists;
        if (!options.rejects.empty() &&
            std::filesystem::equivalent(options.rejects, message.origin, neither_exists)) {
            throw UsageError(
                fmt::format("--rejects: '{}' is the --message-file", printable(options.rejects)),
                "name another file for the rows that are left out");
        }
    }
}

// ---- flags that the config file can set too ----

struct ConfigurableFlag {
    const char* name;
    const char* config_key;
    const char* type;
    const char* text;
    bool kept; ///< with the blast
    void (*set)(SendOptions&, const std::string&);
};

const std::array<ConfigurableFlag, 6>& configurable_flags() {
    using Options = SendOptions;
    using Text = std::string;
    static const std::array<ConfigurableFlag, 6> flags{
        {{"--rate", "rate", "N/s|N/m|N/h|max",
          "per device, shared by all processes that send on it [1/s]", true,
          [](Options& o, const Text& t) { o.rate = parse_rate(t, "--rate"); }},
         {"--jitter", "jitter", "P", "each gap varies by P percent up or down [30]", true,
          [](Options& o, const Text& t) {
              o.jitter_percent = static_cast<int>(parse_whole_number(t, "--jitter", 0, 100));
          }},
         {"--daily-cap", "daily_cap", "N", "per device and calendar day, over all blasts [none]",
          true,
          [](Options& o, const Text& t) {
              o.daily_cap = static_cast<int>(parse_whole_number(t, "--daily-cap", 1, 10'000'000));
          }},
         {"--window", "window", "HH:MM-HH:MM", "send only then [always]", true,
          [](Options& o, const Text& t) { o.window = SendWindow(t, "--window"); }},
         {"--concurrency", "concurrency", "N", "requests in flight [8]", false,
          [](Options& o, const Text& t) {
              o.concurrency =
                  static_cast<std::size_t>(parse_whole_number(t, "--concurrency", 1, 1024));
          }},
         {"--timeout", "timeout", "T", "for one request [25s]", false,
          [](Options& o, const Text& t) { o.timeout = checked_timeout(t); }}}};
    return flags;
}

/// Where the command line is silent the config file speaks, but not to --resume and --due for what is kept with the blast.
void read_config_defaults(const CLI::App& app, SendOptions& options) {
    const bool fresh = options.mode == SendMode::csv || options.mode == SendMode::from_blast;
    for (const ConfigurableFlag& flag : configurable_flags()) {
        const auto found = options.settings.flag_defaults.find(flag.config_key);
        const bool applies = app.count(flag.name) == 0 && (fresh || !flag.kept);
        if (applies && found != options.settings.flag_defaults.end()) {
            flag.set(options, found->second);
        }
    }
}

// ---- the four ways to call blast-send ----

struct ModeRules {
    SendMode mode;
    const char* flag; ///< that chooses it
    std::vector<std::string> required;
    std::vector<std::string> allowed;
};

const std::vector<std::string>& pacing_flags() {
    static const std::vector<std::string> flags{"--device",    "--rate",   "--jitter",
                                                "--daily-cap", "--window", "--concurrency",
                                                "--timeout",   "--yes"};
    return flags;
}

const std::vector<ModeRules>& mode_rules() {
    static const std::vector<ModeRules> rules{
        {SendMode::csv,
         "--csv",
         {},
         {"--phone-column", "--message", "--message-file", "--tag", "--stage", "--again", "--at",
          "--skip-invalid", "--rejects", "--dry-run", "--test"}},
        {SendMode::from_blast,
         "--from-blast",
         {"--stuck", "--stage"},
         {"--older-than", "--message", "--message-file", "--tag", "--again", "--at", "--dry-run"}},
        {SendMode::resume, "--resume", {}, {"--retry-failed", "--resend-unconfirmed"}},
        {SendMode::due, "--due", {}, {}}};
    return rules;
}

/// The flags that only some ways to call have; what all share is left out.
std::vector<std::string> own_flags() {
    std::vector<std::string> all = pacing_flags();
    for (const ModeRules& rules : mode_rules()) {
        all.emplace_back(rules.flag);
        all.insert(all.end(), rules.required.begin(), rules.required.end());
        all.insert(all.end(), rules.allowed.begin(), rules.allowed.end());
    }
    return all;
}

bool given(const CLI::App& app, const std::string& flag) {
    return app.count(flag) > 0;
}

bool contains(const std::vector<std::string>& flags, const std::string& flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

const ModeRules& chosen_mode(const CLI::App& app) {
    const ModeRules* chosen = nullptr;
    for (const ModeRules& rules : mode_rules()) {
        if (!given(app, rules.flag)) {
            continue;
        }
        if (chosen != nullptr) {
            throw UsageError(
                fmt::format("{} and {} do not go together", chosen->flag, rules.flag),
                "give one of them");
        }
        chosen = &rules;
    }
    if (chosen == nullptr) {
        throw UsageError(
            "nothing to send is named",
            "give --csv FILE, --from-blast ID, --resume ID or --due; see `blast-send --help`");
    }
    return *chosen;
}

void require_message_and_tag(const CLI::App& app, const ModeRules& rules) {
    const bool fresh = rules.mode == SendMode::csv || rules.mode == SendMode::from_blast;
    if (fresh && !given(app, "--message") && !given(app, "--message-file")) {
        throw UsageError("no message is given", "add --message TEXT or --message-file FILE");
    }
    // A test message is recorded nowhere, so it needs no name.
    if (rules.mode == SendMode::csv && !given(app, "--tag") && !given(app, "--test")) {
        throw UsageError("--tag is missing", "name the campaign, such as --tag raya-2026");
    }
}

void refuse_pairs(const CLI::App& app) {
    constexpr std::array<std::pair<const char*, const char*>, 3> pairs{
        {{"--dry-run", "--test"}, {"--test", "--at"}, {"--test", "--rejects"}}};
    for (const auto& [first, second] : pairs) {
        if (given(app, first) && given(app, second)) {
            throw UsageError(
                fmt::format("{} and {} do not go together", first, second), "give one of them");
        }
    }
    if (given(app, "--rejects") && !given(app, "--skip-invalid")) {
        throw UsageError("--rejects is for rows that are left out", "add --skip-invalid");
    }
}

/// Refuses none, two, a flag that has no meaning in the chosen one, and a lack of one that it needs.
SendMode checked_mode(const CLI::App& app) {
    const ModeRules& rules = chosen_mode(app);
    for (const std::string& flag : rules.required) {
        if (!given(app, flag)) {
            throw UsageError(
                fmt::format("{} needs {}", rules.flag, flag), "see `blast-send --help`");
        }
    }
    for (const std::string& flag : own_flags()) {
        const bool fits = flag == rules.flag || contains(pacing_flags(), flag) ||
                          contains(rules.required, flag) || contains(rules.allowed, flag);
        if (given(app, flag) && !fits) {
            throw UsageError(
                fmt::format("{} does not go with {}", flag, rules.flag), "leave it out");
        }
    }
    require_message_and_tag(app, rules);
    refuse_pairs(app);
    return rules.mode;
}

// ---- flags ----

HelpText send_help() {
    return {
        "Send one WhatsApp message to each recipient of a CSV, at most once, and record each message id.",
        "blast-send --csv FILE|- (--message TEXT | --message-file FILE)... --tag TAG\n"
        "blast-send --from-blast ID --stuck STATUS --message TEXT --stage STAGE\n"
        "blast-send --resume ID|latest [--retry-failed] [--resend-unconfirmed]\n"
        "blast-send --due",
        "  # look first: counts, three messages, how long it will take\n"
        "  blast-send --csv raya.csv --message 'Hi {{name}}!' --tag raya --dry-run\n"
        "  # one message to yourself\n"
        "  blast-send --csv raya.csv --message 'Hi {{name}}!' --test 012-3456789\n"
        "  # send, two variants, gently, in office hours\n"
        "  blast-send --csv raya.csv --message-file a.txt --message-file b.txt \\\n"
        "             --tag raya --rate 20/m --daily-cap 500 --window 09:00-18:00\n"
        "  # go on after a crash, a Ctrl-C or the daily cap\n"
        "  blast-send --resume latest\n"
        "  # remind those who read and did not answer for a day\n"
        "  blast-send --from-blast 1 --stuck READ_ACK --older-than 24h \\\n"
        "             --message 'Still there, {{name}}?' --stage 'Follow-up 1'\n"
        "  # in cron, every minute: what is scheduled or was left\n"
        "  * * * * * blast-send --due --quiet\n"};
}

void add_audience_flags(CommandLine& line, SendOptions& o) {
    FlagGroup who = line.group("Whom to send to");
    who.text("--csv", o.csv, "FILE", "recipients, with a header row; - is standard input");
    who.text(
        "--phone-column", o.phone_column, "NAME",
        "the column with the phone numbers [phone, mobile, no_telefon, ...]");
    who.flag("--skip-invalid", o.skip_invalid, "leave bad rows out instead of stopping for them");
    who.text("--rejects", o.rejects, "FILE", "write the rows left out there, with the reason");
    who.value("--from-blast", "ID", "recipients of an earlier blast", [&o](const std::string& t) {
        o.from_blast = parse_blast_id(t, "--from-blast");
    });
    who.value("--stuck", "STATUS", "those of them who are stuck there", [&o](const std::string& t) {
        o.stuck = checked_stuck(t);
    });
    who.value(
        "--older-than", "T", "and have been for so long: 90s, 15m, 24h, 7d",
        [&o](const std::string& t) { o.older_than = parse_duration(t, "--older-than"); });
}

void add_message_flags(CommandLine& line, SendOptions& o) {
    const char* const heading = "What to send";
    // read_messages() takes their values, in their order.
    line.app()
        .add_option(
            "--message", "a mustache template over the CSV's columns; more than once: variants")
        ->type_name("TEXT")
        ->group(heading)
        ->take_all();
    line.app()
        .add_option("--message-file", "the same from a file; - is standard input")
        ->type_name("FILE")
        ->group(heading)
        ->take_all();
    FlagGroup what = line.group(heading);
    what.value(
        "--tag", "TAG", "the campaign", [&o](const std::string& t) { o.tag = checked_tag(t); });
    what.value("--stage", "STAGE", "its stage [Initial]", [&o](const std::string& t) {
        o.stage = checked_label(t, "--stage");
    });
    what.flag("--again", o.again, "allow a tag and stage that a blast has already");
}

/// `at` is read once the time zone is known.
void add_pacing_flags(CommandLine& line, SendOptions& o, std::string& at) {
    FlagGroup how = line.group("How fast, and when");
    how.value(
        "--device", "ID[,ID]", "sending device(s) [WSAPME_DEVICE]",
        [&o](const std::string& t) { o.devices = parse_devices(t, "--device"); });
    for (const ConfigurableFlag& flag : configurable_flags()) {
        how.value(flag.name, flag.type, flag.text, [&o, set = flag.set](const std::string& t) {
            set(o, t);
        });
    }
    how.text(
        "--at", at, "TIME",
        "queue now, let --due send then: 2026-11-22T14:28+08:00, \"2026-11-22 14:28\", or 14:28, today or tomorrow");
}

void add_continuing_flags(CommandLine& line, SendOptions& o) {
    FlagGroup again = line.group("Going on");
    again.value(
        "--resume", "ID|latest", "send what a blast still has queued",
        [&o](const std::string& t) { o.resume = parse_blast_or_latest(t, "--resume"); });
    again.flag("--retry-failed", o.retry_failed, "queue those that the gateway refused again");
    again.flag(
        "--resend-unconfirmed", o.resend_unconfirmed,
        "queue those again of whom it is not known whether they got it");
    again.flag("--due", "send what is scheduled, and what a crash, SIGTERM, cap or window left");
    FlagGroup care = line.group("Care");
    care.flag("--dry-run", o.dry_run, "everything but sending");
    care.text(
        "--test", o.test_phone, "PHONE",
        "send the first row's message to PHONE only, record nothing");
    care.flag("--yes", o.yes, "ask nothing; needed without a terminal");
}

} // namespace

SendOptions parse_send_options(const Invocation& invocation) {
    CommandLine line(invocation, send_help(), {OutputFormat::table, OutputFormat::json});
    SendOptions options;
    std::string at;
    add_audience_flags(line, options);
    add_message_flags(line, options);
    add_pacing_flags(line, options, at);
    add_continuing_flags(line, options);
    options.settings = line.parse();
    options.mode = checked_mode(line.app());
    read_config_defaults(line.app(), options);
    options.messages = read_messages(line.app(), options.csv);
    refuse_one_file_for_two_purposes(options);
    if (!at.empty()) {
        options.at = parse_next_time(
            at, options.settings.timezone, std::chrono::system_clock::now(), "--at");
    }
    return options;
}

} // namespace blast
