#pragma once

#include "blast/domain/blast_report.hpp"
#include "blast/domain/significance.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace blast {

/// One stage of the funnel over all arms.
struct ComparedStage {
    std::string_view name;         ///< "Received", "Read", "Replied", "Closed"
    std::vector<Proportion> rates; ///< of sent, an arm each
    /// Against the first arm, for each of the others in order; nothing where nothing was sent. With more than two arms the
    /// p-values are adjusted for being several (Holm).
    std::vector<std::optional<RateDifference>> differences;
};

/// The arms side by side: Received, Read and Replied always, Closed when any arm has a sale.
std::vector<ComparedStage> compare_arms(const std::vector<ComparedArm>& arms);

} // namespace blast
