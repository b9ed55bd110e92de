#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>

namespace blast {

/// The funnel as a page to forward or print: figures, picture, where people are stuck, what was not sent, timings. `now` is the time that
/// the page says it is of. See html_page.
std::string funnel_html(const BlastReport& report, const TimeZone& zone, WallTime now);

} // namespace blast
