#pragma once

#include "blast/cli/settings.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/run/report_run.hpp"

#include <string>
#include <string_view>

namespace blast {

struct Invocation;

/// blast-report's command line, understood.
struct ReportOptions {
    Settings settings;
    ReportRequest request;
    std::string output_path; ///< --output, "" for standard output
    bool watch = false;
};

/// Throws UsageError for what cannot be meant, before anything is read; TextRequested for --help. `now` is for dates without a year
/// or a day.
ReportOptions parse_report_options(const Invocation& invocation, WallTime now);

// The ends of a period as people write them: a time or a date (parse_time), or a duration such as 7d, which is so long before `now`.
// Both throw UsageError naming `what` (a flag).

/// A date is its first moment.
WallTime
period_start(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what);

/// The moment that is no longer in the period: a date is in it with all its hours, whatever the zone's clocks do that day.
WallTime
period_end(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what);

} // namespace blast
