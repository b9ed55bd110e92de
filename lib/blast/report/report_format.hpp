#pragma once

namespace blast {

/// What a report is written as.
enum class ReportFormat { table, json, csv, html, svg };

} // namespace blast
