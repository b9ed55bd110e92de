#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"
#include "blast/report/terminal_text.hpp"

#include <string>

namespace blast {

/// The funnel as a picture for terminals: a bar for each stage with its count and its share of sent, between two stages how many
/// were lost and where they stand, then timings and notes. No line is wider than style.width from 40 columns on.
std::string funnel_table(const BlastReport& report, const TextStyle& style, const TimeZone& zone);

} // namespace blast
