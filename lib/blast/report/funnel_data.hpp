#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace blast {

// The funnel for other programs: as JSON and as CSV.

/// {"blast_id","tag","stage","blast_date"}.
nlohmann::ordered_json head_json(const BlastHead& head, const TimeZone& zone);
/// Adds "recipients", "funnel", "stuck", "not_sent" and "undeliverable" to an object.
void add_counts(nlohmann::ordered_json& document, const BlastCounts& counts);

/// The funnel as one JSON document on one line. Of one blast, in this order:
/// {"blast_id","tag","stage","blast_date","recipients","funnel":{"sent","received","read","replied"},
///  "stuck":{"PENDING","DELIVERY_ACK","READ_ACK"},"not_sent":{"queued","sending","failed","unconfirmed","dropped"},
///  "undeliverable","seconds_to":{"delivered":{"p50","p90"},"read":{...},"replied":{...}}}
/// Over several, {"blasts":n} stands for the first four. Where there is any of them, funnel has "closed" too (sales), and
/// the document ends with "replied_without_receipt". Times are ISO 8601 with offset; a percentile that does not exist is
/// null.
std::string funnel_json(const BlastReport& report, const TimeZone& zone);

/// One blast of the list: the document above without timings, and with "progress" (progress_of) and "scheduled_at" (null where it
/// is not scheduled). No line end.
std::string listed_blast_json(const ListedBlast& blast, const TimeZone& zone);

/// The funnel as a header and one row, wide, so that rows of several runs can be put below each other. Cells that a spreadsheet
/// would take for a formula are neutralised. Of several blasts, blast_id, tag, stage and blast_date are empty.
std::string funnel_csv(const BlastReport& report, const TimeZone& zone);

/// The header of the list of blasts, and a row of it.
std::string listed_blasts_csv_header();
std::string listed_blast_csv(const ListedBlast& blast, const TimeZone& zone);

} // namespace blast
