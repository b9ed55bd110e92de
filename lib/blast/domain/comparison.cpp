#include "blast/domain/comparison.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace blast {

namespace {

using StageCount = std::function<std::int64_t(const BlastCounts&)>;

void adjust_for_several(std::vector<std::optional<RateDifference>>& differences) {
    std::vector<double> p_values;
    for (const auto& difference : differences) {
        if (difference) {
            p_values.push_back(difference->p_value);
        }
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    auto next = adjusted.begin();
    for (auto& difference : differences) {
        if (difference) {
            difference->p_value = *next++;
        }
    }
}

ComparedStage compare_stage(
    std::string_view name, const StageCount& count, const std::vector<ComparedArm>& arms) {
    ComparedStage stage;
    stage.name = name;
    for (const ComparedArm& arm : arms) {
        stage.rates.push_back({count(arm.counts), arm.counts.sent()});
    }
    for (std::size_t arm = 1; arm < arms.size(); ++arm) {
        stage.differences.push_back(compare_rates(stage.rates.front(), stage.rates[arm]));
    }
    adjust_for_several(stage.differences);
    return stage;
}

} // namespace

std::vector<ComparedStage> compare_arms(const std::vector<ComparedArm>& arms) {
    std::vector<ComparedStage> stages = {
        compare_stage(
            "Received", [](const BlastCounts& c) { return c.received(); }, arms),
        compare_stage(
            "Read", [](const BlastCounts& c) { return c.read(); }, arms),
        compare_stage(
            "Replied", [](const BlastCounts& c) { return c.replied; }, arms)};
    const bool any_sale = std::any_of(
        arms.begin(), arms.end(), [](const ComparedArm& arm) { return arm.counts.closed > 0; });
    if (any_sale) {
        stages.push_back(compare_stage(
            "Closed", [](const BlastCounts& c) { return c.closed; }, arms));
    }
    return stages;
}

} // namespace blast
