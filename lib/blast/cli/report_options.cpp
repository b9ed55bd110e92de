#include "blast/cli/report_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace blast {

namespace {

bool is_duration(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const std::size_t unit = text.find_first_not_of(digits);
    constexpr std::string_view letters = "smhd";
    return unit != 0 && unit != std::string_view::npos &&
           text.find_first_not_of(letters, unit) == std::string_view::npos;
}

/// The day after a text that is a date alone, "2026-11-22", as such a text.
std::optional<std::string> day_after(std::string_view text) {
    constexpr std::size_t year_length = 4;
    constexpr std::size_t month_at = 5;
    constexpr std::size_t day_at = 8;
    constexpr std::size_t length = 10;
    if (text.size() != length || text[year_length] != '-' || text[day_at - 1] != '-') {
        return std::nullopt;
    }
    const auto number = [text](std::size_t first, std::size_t digits) {
        unsigned value = 0;
        const std::string_view part = text.substr(first, digits);
        const auto [end, error] = std::from_chars(part.data(), part.data() + digits, value);
        return error == std::errc() && end == part.data() + digits ? value : 0U;
    };
    const std::chrono::year_month_day date(
        std::chrono::year(static_cast<int>(number(0, year_length))),
        std::chrono::month(number(month_at, 2)), std::chrono::day(number(day_at, 2)));
    if (!date.ok()) {
        return std::nullopt;
    }
    const std::chrono::year_month_day next(std::chrono::sys_days(date) + std::chrono::days(1));
    return fmt::format(
        "{:04}-{:02}-{:02}", static_cast<int>(next.year()), static_cast<unsigned>(next.month()),
        static_cast<unsigned>(next.day()));
}

/// Numbers, or nothing for "latest", separated by commas.
std::vector<std::optional<std::int64_t>> parse_compared(std::string_view text) {
    constexpr std::size_t most = 8;
    std::vector<std::optional<std::int64_t>> blasts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(',');
        blasts.push_back(parse_blast_or_latest(text.substr(0, end), "--compare"));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (std::count(blasts.begin(), blasts.end(), blasts.back()) > 1) {
            throw UsageError("--compare names a blast twice", "name each once");
        }
    }
    if (blasts.size() > most) {
        throw UsageError(
            fmt::format("--compare takes at most {} blasts", most), "leave some of them out");
    }
    return blasts;
}

void set_stuck(const std::string& text, ReportRequest& request) {
    const std::optional<Status> status = parse_status(text);
    const std::optional<OutboxState> state = parse_outbox_state(text);
    if ((!status && !state) || status == Status::replied) {
        throw UsageError(
            fmt::format("--stuck: nobody is stuck at '{}'", printable(text)),
            "take PENDING, DELIVERY_ACK, READ_ACK, QUEUED, SENDING, FAILED, UNCONFIRMED or DROPPED");
    }
    request.stuck_sent = status.has_value();
    request.stuck_state = status ? to_string(*status) : to_string(*state);
}

ReportFormat report_format(OutputFormat format) {
    switch (format) {
    case OutputFormat::table: return ReportFormat::table;
    case OutputFormat::json: return ReportFormat::json;
    case OutputFormat::csv: return ReportFormat::csv;
    case OutputFormat::html: return ReportFormat::html;
    case OutputFormat::svg: return ReportFormat::svg;
    }
    return ReportFormat::table;
}

HelpText report_help() {
    return {
        "Show how far the recipients of blasts have got: sent, received, read, replied.",
        "blast-report [ID|latest] [--tag T] [--stage S] [--since D] [--until D]\n"
        "             [--device ID]\n"
        "blast-report --list\n"
        "blast-report ID --stuck STATE [--older-than 24h]\n"
        "blast-report ID --recipients\n"
        "blast-report --compare ID,ID\n"
        "blast-report ID --watch",
        "  # the newest blast\n"
        "  blast-report\n"
        "  # who read the first message a day ago and did not reply, as a CSV to send to\n"
        "  blast-report 1 --stuck READ_ACK --older-than 24h --format csv > quiet.csv\n"
        "  # a page to forward or print\n"
        "  blast-report latest --format html --output funnel.html\n"
        "  # all follow-ups of a campaign together\n"
        "  blast-report --tag raya-2026"};
}

/// `since` and `until` are read once the time zone is known.
void add_filter_flags(
    CommandLine& line, ReportRequest& request, std::string& since, std::string& until) {
    BlastFilter& filter = request.filter;
    FlagGroup which = line.group("Which blasts");
    which.value("--tag", "T", "only with this tag", [&](const std::string& t) { filter.tag = t; });
    which.value(
        "--stage", "S", "only of this stage", [&](const std::string& t) { filter.stage = t; });
    which.text("--since", since, "D", "only from this time or date on; 7d is a week ago");
    which.text("--until", until, "D", "only before this time, or up to and with this date");
    which.value("--device", "ID", "only those that send on this device", [&](const std::string& t) {
        filter.device = t;
    });
}

void add_view_flags(CommandLine& line, ReportOptions& options) {
    ReportRequest& request = options.request;
    FlagGroup what = line.group("What to show, instead of the funnel");
    what.flag("--list", "one line per blast, newest first");
    what.value(
        "--stuck", "STATE",
        "the recipients at this state, with their own columns: PENDING, DELIVERY_ACK, READ_ACK; or "
        "not sent: QUEUED, SENDING, FAILED, UNCONFIRMED, DROPPED",
        [&](const std::string& t) { set_stuck(t, request); });
    what.value(
        "--older-than", "24h", "only those that have been there for so long",
        [&](const std::string& t) { request.older_than = parse_duration(t, "--older-than"); });
    what.flag("--recipients", "every recipient with its history");
    what.value(
        "--compare", "ID,ID",
        "blasts side by side, with the significance of the difference; of a single one, its variants",
        [&](const std::string& t) { request.compared = parse_compared(t); });
    what.flag("--watch", options.watch, "redraw the funnel in the terminal");
    line.group("Output").text(
        "--output", options.output_path, "FILE", "write to this file, whole or not at all");
}

/// What is shown instead of the funnel, by the flag that asks for it: at most one.
std::string view_of(const CLI::App& app) {
    std::string view;
    for (const char* const name : {"--list", "--stuck", "--recipients", "--compare", "--watch"}) {
        if (app.count(name) == 0) {
            continue;
        }
        if (!view.empty()) {
            throw UsageError(
                fmt::format("{} and {} do not go together", view, name), "give one of them");
        }
        view = name;
    }
    return view;
}

ReportKind kind_of(const std::string& view) {
    if (view == "--list") {
        return ReportKind::list;
    }
    if (view == "--stuck") {
        return ReportKind::stuck;
    }
    if (view == "--recipients") {
        return ReportKind::recipients;
    }
    return view == "--compare" ? ReportKind::comparison : ReportKind::funnel;
}

/// `blast_named`: by its number or as the latest.
void check_view_goes_with_blasts(
    const std::string& view, bool blast_named, const ReportRequest& request) {
    if ((view == "--stuck" || view == "--recipients") && !blast_named) {
        throw UsageError(
            fmt::format("{} needs a blast", view),
            fmt::format("name it, as in blast-report latest {}", view));
    }
    if (view == "--list" && blast_named) {
        throw UsageError("--list is of all blasts", "leave the blast out");
    }
    if (view == "--compare" && (blast_named || request.filter.narrows())) {
        throw UsageError(
            "--compare takes its blasts alone", "name them after it, as in --compare 1,2");
    }
    if (request.older_than && view != "--stuck") {
        throw UsageError("--older-than goes with --stuck", "see `blast-report --help`");
    }
}

void check_view_has_format(const std::string& view, OutputFormat format) {
    const bool picture = format == OutputFormat::html || format == OutputFormat::svg;
    if ((picture && (view == "--stuck" || view == "--recipients")) ||
        (format == OutputFormat::svg && view == "--list")) {
        throw UsageError(
            fmt::format("{} cannot be shown as {}", view, to_string(format)),
            view == "--list" ? "take table, json, csv or html" : "take table, json or csv");
    }
}

void check_watch(const ReportOptions& options) {
    if (options.settings.format != OutputFormat::table || !options.output_path.empty()) {
        throw UsageError(
            "--watch draws a table in the terminal", "leave --format and --output out");
    }
    if (!options.settings.terminal.output || options.settings.terminal.dumb) {
        throw UsageError("--watch needs a terminal", "leave it out to print the report once");
    }
}

void read_period(
    const std::string& since,
    const std::string& until,
    const TimeZone& zone,
    WallTime now,
    BlastFilter& filter) {
    if (!since.empty()) {
        filter.since = period_start(since, zone, now, "--since");
    }
    if (!until.empty()) {
        filter.until = period_end(until, zone, now, "--until");
    }
    if (filter.since && filter.until && *filter.since >= *filter.until) {
        throw UsageError("--since is not before --until", "exchange them");
    }
}

} // namespace

WallTime
period_start(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    if (is_duration(text)) {
        return now - parse_duration(text, what);
    }
    return parse_time(text, zone, now, what);
}

WallTime
period_end(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    const std::optional<std::string> next = day_after(text);
    return period_start(next ? *next : text, zone, now, what);
}

ReportOptions parse_report_options(const Invocation& invocation, WallTime now) {
    CommandLine line(
        invocation, report_help(),
        {OutputFormat::table, OutputFormat::json, OutputFormat::csv, OutputFormat::html,
         OutputFormat::svg});
    ReportOptions options;
    ReportRequest& request = options.request;
    std::string blast;
    std::string since;
    std::string until;
    line.app()
        .add_option("blast", blast, "a blast by its number, or the latest that matches")
        ->type_name("ID|latest");
    add_filter_flags(line, request, since, until);
    add_view_flags(line, options);
    options.settings = line.parse();
    read_period(since, until, options.settings.timezone, now, request.filter);
    if (!blast.empty()) {
        request.filter.id = parse_blast_or_latest(blast, "");
    }
    request.latest = !request.filter.id && (!blast.empty() || !request.filter.narrows());
    const std::string view = view_of(line.app());
    request.kind = kind_of(view);
    request.format = report_format(options.settings.format);
    check_view_goes_with_blasts(view, !blast.empty(), request);
    check_view_has_format(view, options.settings.format);
    if (options.watch) {
        check_watch(options);
    }
    return options;
}

} // namespace blast
