#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/log.hpp"
#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

class ReportStore;

enum class ReportKind {
    funnel,     ///< of one blast or of all that match
    list,       ///< of blasts
    stuck,      ///< who stands at one state
    recipients, ///< all of a blast, with their history
    comparison  ///< of blasts, or of the variants of one
};

/// What is asked for.
struct ReportRequest {
    ReportKind kind = ReportKind::funnel;
    ReportFormat format = ReportFormat::table;
    BlastFilter filter;
    bool latest = false; ///< the newest blast that matches the filter, when it has no id

    std::string stuck_state; ///< "PENDING", "QUEUED"
    bool stuck_sent = true;  ///< whether that is a state of accepted messages
    std::optional<std::chrono::milliseconds> older_than;

    /// Blasts to compare, nothing for the latest; of a single one, its variants.
    std::vector<std::optional<std::int64_t>> compared;
};

/// Where a report goes and how it looks there. What it refers to must outlive it.
struct ReportSurroundings {
    Output& output;
    TextStyle style;
    const TimeZone& zone;
    const Clock& clock;
    const Log& log;
};

/// Reads and writes one report; finish() of the output is left to the caller. Lists of any length take the memory of one page.
/// Throws UsageError when there is no such blast, UnavailableError for a schema that does not fit, DatabaseError.
void run_report(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& surroundings);

} // namespace blast
