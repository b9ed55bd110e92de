#include "blast/cli/report_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/report_flags.hpp"
#include "blast/cli/report_period.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace blast {

namespace {

/// A number, or nothing for "latest".
std::optional<std::int64_t> parse_blast(std::string_view text) {
    if (text == "latest") {
        return std::nullopt;
    }
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id <= 0) {
        throw UsageError(
            fmt::format("'{}' is not a blast", printable(text)),
            "give its number, as in blast-report --list, or latest");
    }
    return id;
}

std::vector<std::optional<std::int64_t>> parse_compared(std::string_view text) {
    constexpr std::size_t most = 8;
    std::vector<std::optional<std::int64_t>> blasts;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(',');
        blasts.push_back(parse_blast(text.substr(0, end)));
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

void set_stuck(const ReportFlags& given, ReportRequest& request) {
    const std::optional<Status> status = parse_status(*given.stuck);
    const std::optional<OutboxState> state = parse_outbox_state(*given.stuck);
    if ((!status && !state) || status == Status::replied) {
        throw UsageError(
            fmt::format("--stuck: nobody is stuck at '{}'", printable(*given.stuck)),
            "take PENDING, DELIVERY_ACK, READ_ACK, QUEUED, SENDING, FAILED, UNCONFIRMED or DROPPED");
    }
    request.stuck_sent = status.has_value();
    request.stuck_state = status ? to_string(*status) : to_string(*state);
    if (given.older_than) {
        request.older_than = parse_duration(*given.older_than, "--older-than");
    }
}

BlastFilter filter_of(const ReportFlags& given, const TimeZone& zone, WallTime now) {
    BlastFilter filter;
    filter.tag = given.tag;
    filter.stage = given.stage;
    filter.device = given.device;
    if (given.since) {
        filter.since = period_start(*given.since, zone, now, "--since");
    }
    if (given.until) {
        filter.until = period_end(*given.until, zone, now, "--until");
    }
    if (filter.since && filter.until && *filter.since >= *filter.until) {
        throw UsageError("--since is not before --until", "exchange them");
    }
    return filter;
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

ReportRequest request_of(const ReportFlags& given, const Settings& settings, WallTime now) {
    ReportRequest request;
    request.kind = check_report_flags(given, settings);
    request.format = report_format(settings.format);
    request.filter = filter_of(given, settings.timezone, now);
    if (!given.blast.empty()) {
        request.filter.id = parse_blast(given.blast);
    }
    request.latest = !request.filter.id && (!given.blast.empty() || !given.filters());
    if (request.kind == ReportKind::stuck) {
        set_stuck(given, request);
    }
    if (request.kind == ReportKind::comparison) {
        request.compared = parse_compared(*given.compare);
    }
    return request;
}

} // namespace

ReportOptions parse_report_options(const Invocation& invocation, WallTime now) {
    CommandLine line(
        invocation, report_help(),
        {OutputFormat::table, OutputFormat::json, OutputFormat::csv, OutputFormat::html,
         OutputFormat::svg});
    ReportFlags given;
    add_report_flags(line.app(), given);
    ReportOptions options;
    options.settings = line.parse();
    options.request = request_of(given, options.settings, now);
    options.output_path = given.output;
    options.watch = given.watch;
    return options;
}

} // namespace blast
