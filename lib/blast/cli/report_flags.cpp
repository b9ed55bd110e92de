#include "blast/cli/report_flags.hpp"

#include "blast/core/error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>

namespace blast {

namespace {

constexpr const char* see_help = "see `blast-report --help`";

/// What is shown instead of the funnel, by the flags that ask for it: at most one.
std::string view_of(const ReportFlags& flags) {
    std::string view;
    const std::array<std::pair<bool, const char*>, 5> views{
        {{flags.list, "--list"},
         {flags.stuck.has_value(), "--stuck"},
         {flags.recipients, "--recipients"},
         {flags.compare.has_value(), "--compare"},
         {flags.watch, "--watch"}}};
    for (const auto& [is_given, name] : views) {
        if (is_given && !view.empty()) {
            throw UsageError(
                fmt::format("{} and {} do not go together", view, name), "give one of them");
        }
        if (is_given) {
            view = name;
        }
    }
    return view;
}

void check_blast_argument(const ReportFlags& flags, const std::string& view) {
    if ((view == "--stuck" || view == "--recipients") && flags.blast.empty()) {
        throw UsageError(
            fmt::format("{} needs a blast", view),
            fmt::format("name it, as in blast-report latest {}", view));
    }
    if (view == "--list" && !flags.blast.empty()) {
        throw UsageError("--list is of all blasts", "leave the blast out");
    }
    if (view == "--compare" && (!flags.blast.empty() || flags.filters())) {
        throw UsageError(
            "--compare takes its blasts alone", "name them after it, as in --compare 1,2");
    }
    if (flags.older_than && view != "--stuck") {
        throw UsageError("--older-than goes with --stuck", see_help);
    }
}

void check_format(OutputFormat format, const std::string& view) {
    const bool picture = format == OutputFormat::html || format == OutputFormat::svg;
    if ((picture && (view == "--stuck" || view == "--recipients")) ||
        (format == OutputFormat::svg && view == "--list")) {
        throw UsageError(
            fmt::format("{} cannot be shown as {}", view, to_string(format)),
            view == "--list" ? "take table, json, csv or html" : "take table, json or csv");
    }
}

void check_watch(const ReportFlags& flags, const Settings& settings) {
    if (settings.format != OutputFormat::table || !flags.output.empty()) {
        throw UsageError(
            "--watch draws a table in the terminal", "leave --format and --output out");
    }
    if (!settings.terminal.output || settings.terminal.dumb) {
        throw UsageError("--watch needs a terminal", "leave it out to print the report once");
    }
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

} // namespace

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

void add_report_flags(CLI::App& app, ReportFlags& flags) {
    app.add_option("blast", flags.blast, "a blast by its number, or the latest that matches")
        ->type_name("ID|latest");
    const char* const which = "Which blasts";
    app.add_option("--tag", flags.tag, "only with this tag")->type_name("T")->group(which);
    app.add_option("--stage", flags.stage, "only of this stage")->type_name("S")->group(which);
    app.add_option("--since", flags.since, "only from this time or date on; 7d is a week ago")
        ->type_name("D")
        ->group(which);
    app.add_option("--until", flags.until, "only before this time, or up to and with this date")
        ->type_name("D")
        ->group(which);
    app.add_option("--device", flags.device, "only those that send on this device")
        ->type_name("ID")
        ->group(which);
    const char* const what = "What to show, instead of the funnel";
    app.add_flag("--list", flags.list, "one line per blast, newest first")->group(what);
    app.add_option(
           "--stuck", flags.stuck,
           "the recipients at this state, with their own columns: PENDING, DELIVERY_ACK, READ_ACK; or "
           "not sent: QUEUED, SENDING, FAILED, UNCONFIRMED, DROPPED")
        ->type_name("STATE")
        ->group(what);
    app.add_option("--older-than", flags.older_than, "only those that have been there for so long")
        ->type_name("24h")
        ->group(what);
    app.add_flag("--recipients", flags.recipients, "every recipient with its history")->group(what);
    app.add_option(
           "--compare", flags.compare,
           "blasts side by side, with the significance of the difference; of a single one, its variants")
        ->type_name("ID,ID")
        ->group(what);
    app.add_flag("--watch", flags.watch, "redraw the funnel in the terminal")->group(what);
    app.add_option("--output", flags.output, "write to this file, whole or not at all")
        ->type_name("FILE")
        ->group("Output");
}

ReportKind check_report_flags(const ReportFlags& flags, const Settings& settings) {
    const std::string view = view_of(flags);
    check_blast_argument(flags, view);
    check_format(settings.format, view);
    if (flags.watch) {
        check_watch(flags, settings);
    }
    return kind_of(view);
}

} // namespace blast
