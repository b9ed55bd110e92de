#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>

namespace blast {

/// The funnel as a picture: a band for each stage, as wide as its share of sent, and between them what was lost and why. Text is
/// text; colours follow the reader's light or dark setting. For people who forward pictures.
std::string funnel_svg(const BlastReport& report, const TimeZone& zone);

/// The same without heading and background, as an <svg> element for the inside of html_page.
std::string funnel_svg_element(const BlastReport& report);

} // namespace blast
