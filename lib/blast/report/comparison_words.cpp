#include "blast/report/comparison_words.hpp"

#include "blast/core/printable.hpp"

#include <fmt/format.h>

namespace blast {

std::string arm_label(const ComparedArm& arm) {
    constexpr std::size_t longest_message = 100;
    if (arm.variant) {
        return fmt::format("variant {}, {}", *arm.variant, printable(arm.message, longest_message));
    }
    return fmt::format(
        "blast {}, {} / {}", arm.blast.id, printable(arm.blast.tag), printable(arm.blast.stage));
}

std::string difference_text(const std::optional<RateDifference>& difference) {
    constexpr double points = 100;
    if (!difference) {
        return "";
    }
    return fmt::format(
        "{:+.1f} points (95%: {:+.1f} to {:+.1f})", points * difference->difference,
        points * difference->low, points * difference->high);
}

std::string difference_sentence(const std::optional<RateDifference>& difference) {
    const std::string text = difference_text(difference);
    return text.empty() ? verdict(difference) : text + ": " + verdict(difference);
}

} // namespace blast
