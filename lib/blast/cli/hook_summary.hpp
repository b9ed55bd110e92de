#pragma once

#include "blast/cli/settings.hpp"
#include "blast/run/event_file.hpp"

#include <string>

namespace blast {

/// What blast-hook --ingest prints on standard output: one JSON document on one line, or a few lines for people.
std::string format_ingest_summary(const IngestSummary& summary, OutputFormat format);

} // namespace blast
