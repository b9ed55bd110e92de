#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>

namespace blast {

/// The funnel as a header and one row, wide, so that rows of several runs can be put below each other. Cells that a spreadsheet
/// would take for a formula are neutralised. Of several blasts, blast_id, tag, stage and blast_date are empty.
std::string funnel_csv(const BlastReport& report, const TimeZone& zone);

/// The header of the list of blasts, and a row of it.
std::string listed_blasts_csv_header();
std::string listed_blast_csv(const ListedBlast& blast, const TimeZone& zone);

} // namespace blast
