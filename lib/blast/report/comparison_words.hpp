#pragma once

#include "blast/domain/blast_report.hpp"
#include "blast/domain/significance.hpp"

#include <optional>
#include <string>

namespace blast {

// What every form of a comparison says in words.

/// "blast 1, raya-2026 / Initial", or "variant 1, Hi {{name}}, ...". Made safe to show.
std::string arm_label(const ComparedArm& arm);

/// "+5.1 points (95%: -2.7 to +12.9)"; "" for nothing.
std::string difference_text(const std::optional<RateDifference>& difference);

/// The same with the verdict: "+5.1 points (95%: -2.7 to +12.9): the difference could be chance (p = 0.20)".
std::string difference_sentence(const std::optional<RateDifference>& difference);

} // namespace blast
