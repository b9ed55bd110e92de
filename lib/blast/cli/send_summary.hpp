#pragma once

#include "blast/cli/settings.hpp"
#include "blast/domain/blast_counts.hpp"
#include "blast/store/blast_store.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace blast {

/// What blast-send prints on standard output when it is done with a blast.
struct SendSummary {
    std::int64_t blast_id = 0;
    std::string tag;
    std::string stage;
    BlastCounts counts;
    SkippedCounts skipped;
    std::chrono::milliseconds elapsed{};
};

/// `{"blast_id":1,...}` on one line for json; some lines for people else.
std::string format_summary(const SendSummary& summary, OutputFormat format);

/// Of several blasts (--due): one JSON array, or one after the other for people.
std::string format_summaries(const std::vector<SendSummary>& summaries, OutputFormat format);

} // namespace blast
