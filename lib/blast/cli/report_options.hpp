#pragma once

#include "blast/cli/settings.hpp"
#include "blast/core/clock.hpp"
#include "blast/run/report_run.hpp"

#include <string>

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

} // namespace blast
