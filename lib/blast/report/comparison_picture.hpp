#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>
#include <vector>

namespace blast {

// Two or more blasts, or the variants of one, as pictures. `arms` has at least two.

/// A picture of its own: for each stage a bar an arm, and whether the difference could be chance.
std::string comparison_svg(const std::vector<ComparedArm>& arms);

/// A page to forward or print. `now` is the time that the page says it is of. See html_page.
std::string
comparison_html(const std::vector<ComparedArm>& arms, const TimeZone& zone, WallTime now);

} // namespace blast
