#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <string>
#include <vector>

namespace blast {

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

} // namespace blast
