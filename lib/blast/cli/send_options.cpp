#include "blast/cli/send_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/message_file.hpp"
#include "blast/cli/send_flags.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace blast {

namespace {

std::optional<std::int64_t> parse_id(const std::string& text, const char* flag, bool latest) {
    if (latest && text == "latest") {
        return std::nullopt;
    }
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id <= 0) {
        throw UsageError(
            fmt::format("{}: '{}' is not a blast", flag, printable(text)),
            latest ? "give its id, or latest" : "give its id; blast-report --list shows them");
    }
    return id;
}

int parse_whole(const std::string& text, const char* flag, int least, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        throw UsageError(
            fmt::format(
                "{}: '{}' is not a number from {} to {}", flag, printable(text), least, most),
            "give a whole number in that range");
    }
    return value;
}

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

std::vector<MessageText> read_messages(const SendFlags& flags) {
    std::vector<MessageText> messages;
    const std::pair<bool, std::string> standard_input(true, "-");
    if (flags.csv == "-" &&
        std::find(flags.messages.begin(), flags.messages.end(), standard_input) !=
            flags.messages.end()) {
        throw UsageError(
            "--csv and --message-file cannot both be standard input", "give one of them as a file");
    }
    for (const auto& [is_file, value] : flags.messages) {
        messages.push_back(
            is_file ? MessageText{read_message_file(value), value == "-" ? "--message-file" : value}
                    : MessageText{value, "--message"});
    }
    return messages;
}

void read_pacing(const SendFlags& flags, SendOptions& options) {
    // Where the command line is silent the config file speaks, but not to --resume and --due: what is kept with the
    // blast goes before it.
    const bool fresh = options.mode == SendMode::csv || options.mode == SendMode::from_blast;
    const auto value = [&](const std::string& given, const char* key) {
        const auto found = options.settings.flag_defaults.find(key);
        return !given.empty() || !fresh || found == options.settings.flag_defaults.end()
                   ? given
                   : found->second;
    };
    if (const std::string text = value(flags.rate, "rate"); !text.empty()) {
        options.rate = parse_rate(text, "--rate");
    }
    if (const std::string text = value(flags.jitter, "jitter"); !text.empty()) {
        options.jitter_percent = parse_whole(text, "--jitter", 0, 100);
    }
    if (const std::string text = value(flags.daily_cap, "daily_cap"); !text.empty()) {
        options.daily_cap = parse_whole(text, "--daily-cap", 1, 10'000'000);
    }
    if (const std::string text = value(flags.window, "window"); !text.empty()) {
        options.window = SendWindow(text, "--window");
    }
    if (!flags.devices.empty()) {
        options.devices = parse_devices(flags.devices, "--device");
    }
}

void read_requests(const SendFlags& flags, SendOptions& options) {
    const auto value = [&](const std::string& given, const char* key) {
        const auto found = options.settings.flag_defaults.find(key);
        return !given.empty() || found == options.settings.flag_defaults.end() ? given
                                                                               : found->second;
    };
    if (const std::string text = value(flags.concurrency, "concurrency"); !text.empty()) {
        options.concurrency = static_cast<std::size_t>(parse_whole(text, "--concurrency", 1, 1024));
    }
    if (const std::string text = value(flags.timeout, "timeout"); !text.empty()) {
        options.timeout = parse_duration(text, "--timeout");
    }
    if (options.timeout < std::chrono::milliseconds(100) ||
        options.timeout > std::chrono::minutes(10)) {
        throw UsageError(
            fmt::format("--timeout: '{}' is out of range", printable(flags.timeout)),
            "give 100ms to 10m");
    }
}

void read_values(const SendFlags& flags, SendOptions& options) {
    read_pacing(flags, options);
    read_requests(flags, options);
    options.messages = read_messages(flags);
    if (!flags.tag.empty() || flags.tag_given) {
        options.tag = checked_label(flags.tag, "--tag");
    }
    if (!flags.stage.empty()) {
        options.stage = checked_label(flags.stage, "--stage");
    }
    if (!flags.at.empty()) {
        options.at = parse_next_time(
            flags.at, options.settings.timezone, std::chrono::system_clock::now(), "--at");
    }
    if (!flags.stuck.empty()) {
        options.stuck = checked_stuck(flags.stuck);
    }
    if (!flags.older_than.empty()) {
        options.older_than = parse_duration(flags.older_than, "--older-than");
    }
    if (!flags.from_blast.empty()) {
        options.from_blast = *parse_id(flags.from_blast, "--from-blast", false);
    }
    if (!flags.resume.empty()) {
        options.resume = parse_id(flags.resume, "--resume", true);
    }
}

} // namespace

SendOptions parse_send_options(const Invocation& invocation) {
    CommandLine line(invocation, send_help(), {OutputFormat::table, OutputFormat::json});
    SendFlags flags;
    add_send_flags(line.app(), flags);
    SendOptions options;
    options.settings = line.parse();
    read_message_order(line.app(), flags);
    flags.tag_given = line.app().count("--tag") > 0;
    options.mode = check_flags_go_together(line.app());
    options.csv = flags.csv;
    options.phone_column = flags.phone_column;
    options.again = flags.again;
    options.skip_invalid = flags.skip_invalid;
    options.rejects = flags.rejects;
    options.dry_run = flags.dry_run;
    options.test_phone = flags.test_phone;
    options.retry_failed = flags.retry_failed;
    options.resend_unconfirmed = flags.resend_unconfirmed;
    options.yes = flags.yes;
    read_values(flags, options);
    return options;
}

} // namespace blast
