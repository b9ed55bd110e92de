#pragma once

#include "blast/domain/blast_report.hpp"
#include "blast/domain/recipient_record.hpp"
#include "blast/store/report_store.hpp"
#include "blast/store/result.hpp"

#include <vector>

namespace blast {

// The rows of sql/queries/report_*.sql as the domain's types. Each throws DatabaseError for another shape.

/// The row of report_funnel.sql; the head only `of_one` blast.
BlastReport read_report(const Result& result, bool of_one);
/// The row of report_head.sql.
BlastOutline read_outline(const Result& result);
/// The rows of report_list.sql.
std::vector<ListedBlast> read_list(const Result& result);
/// The rows of report_stuck_sent.sql or report_stuck_unsent.sql.
std::vector<StuckRecipient> read_stuck(const Result& result);
/// The rows of report_recipients.sql, without their history.
std::vector<RecipientRecord> read_records(const Result& result);
/// The rows of report_history.sql, each to its recipient.
void add_history(const Result& result, std::vector<RecipientRecord>& records);
/// The rows of report_variants.sql: `messages` counts, the first for variant 0.
std::vector<BlastCounts> read_variants(const Result& result, std::size_t messages);

} // namespace blast
