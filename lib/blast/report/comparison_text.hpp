#pragma once

#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"
#include "blast/domain/comparison.hpp"
#include "blast/report/terminal_text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace blast {

// What every form of a comparison says in words.

/// "blast 1, raya-2026 / Initial", or "variant 1, Hi {{name}}, ...". Made safe to show.
std::string arm_label(const ComparedArm& arm);

/// "+5.1 points (95%: -2.7 to +12.9)"; "" for nothing.
std::string difference_text(const std::optional<RateDifference>& difference);

/// The same with the verdict: "+5.1 points (95%: -2.7 to +12.9): the difference could be chance (p = 0.20)".
std::string difference_sentence(const std::optional<RateDifference>& difference);

// Two or more blasts, or the variants of one, side by side. `arms` has at least two.

/// For terminals: for each stage a bar an arm, and how its rate differs from the first arm's. From 40 columns on no line is wider
/// than style.width.
std::string comparison_table(const std::vector<ComparedArm>& arms, const TextStyle& style);

/// {"arms":[{"name":"A","blast_id",...,"recipients","funnel",...}],
///  "comparison":[{"stage":"received","rates":[0.96,0.95],"differences":[{"arm":"B","against":"A","difference","low","high",
///   "p_value","test","significant","verdict"}]}]}; a difference is null where nothing was sent. An arm that is a variant has
/// "variant" and "message" too.
std::string comparison_json(const std::vector<ComparedArm>& arms, const TimeZone& zone);

/// A row for each stage and arm: stage, arm, label, count, sent, rate, and the difference from the first arm.
std::string comparison_csv(const std::vector<ComparedArm>& arms);

} // namespace blast
