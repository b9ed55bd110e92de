#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>

namespace blast {

/// The funnel as a picture: a band for each stage, as wide as its share of sent, and between them what was lost and why. Text is
/// text; colours follow the reader's light or dark setting. For people who forward pictures.
std::string funnel_svg(const BlastReport& report, const TimeZone& zone);

/// The same without heading and background, as an <svg> element for the inside of html_page.
std::string funnel_svg_element(const BlastReport& report);

/// The funnel as a page to forward or print: figures, picture, where people are stuck, what was not sent, timings. `now` is the time that
/// the page says it is of. See html_page.
std::string funnel_html(const BlastReport& report, const TimeZone& zone, WallTime now);

} // namespace blast
