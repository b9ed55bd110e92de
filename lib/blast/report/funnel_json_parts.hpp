#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace blast {

// Parts that several JSON documents share; to be included by their .cpp files alone.

/// {"blast_id","tag","stage","blast_date"}.
nlohmann::ordered_json head_json(const BlastHead& head, const TimeZone& zone);
/// Adds "recipients", "funnel", "stuck", "not_sent" and "undeliverable" to an object.
void add_counts(nlohmann::ordered_json& document, const BlastCounts& counts);

} // namespace blast
