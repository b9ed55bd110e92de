#include "blast/report/comparison_text.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/domain/comparison.hpp"
#include "blast/domain/funnel.hpp"
#include "blast/report/bar.hpp"
#include "blast/report/comparison_words.hpp"
#include "blast/report/display_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

constexpr int least_width = 40;
constexpr int name_width = 8;
constexpr int percent_width = 6;
constexpr int gap = 2;

std::string heading(const std::vector<ComparedArm>& arms, const TextStyle& style) {
    std::string text;
    for (const ComparedArm& arm : arms) {
        const std::string sent = fmt::format("{} sent", arm.counts.sent());
        const int label_width = style.width - static_cast<int>(arm.name.size()) - 2 * gap -
                                static_cast<int>(sent.size());
        text += painted(arm.name, bold_text, style) + "  " +
                padded_right(fitted(arm_label(arm), label_width, style.unicode), label_width) +
                "  " + sent + '\n';
    }
    return text;
}

int widest_count(const std::vector<ComparedArm>& arms) {
    std::size_t width = 1;
    for (const ComparedArm& arm : arms) {
        width = std::max(width, std::to_string(arm.counts.sent()).size());
    }
    return static_cast<int>(width);
}

std::string stage_lines(
    const ComparedStage& stage, const std::vector<ComparedArm>& arms, const TextStyle& style) {
    constexpr int indent = name_width + gap;
    const int count_width = widest_count(arms);
    const auto arm_width = static_cast<int>(arms.front().name.size());
    const int bar_width =
        style.width - indent - arm_width - 1 - gap - count_width - gap - percent_width;
    std::string text;
    for (std::size_t i = 0; i < arms.size(); ++i) {
        const Proportion& rate = stage.rates[i];
        text += fmt::format(
            "{}{} {}  {}  {}\n",
            painted(padded_right(i == 0 ? stage.name : "", indent), bold_text, style), arms[i].name,
            painted(
                text_bar(rate.rate(), bar_width, style.unicode),
                bar_colours[i % bar_colours.size()], style),
            padded_left(std::to_string(rate.successes), count_width),
            padded_left(percentage(rate.successes, rate.trials), percent_width));
    }
    for (std::size_t i = 1; i < arms.size(); ++i) {
        const std::string sentence = fmt::format(
            "{} against {}: {}", arms[i].name, arms.front().name,
            difference_sentence(stage.differences[i - 1]));
        text += padded_left("", indent) + wrapped(sentence, style.width - indent, indent) + '\n';
    }
    return text;
}

std::string fraction(double value) {
    return fmt::format("{:.6f}", value);
}

/// One line of the CSV; the first arm is what the others are compared with, and ends after its rate.
std::vector<std::string>
csv_cells(const ComparedStage& stage, const std::vector<ComparedArm>& arms, std::size_t i) {
    constexpr std::size_t columns = 12;
    const Proportion& rate = stage.rates[i];
    std::vector<std::string> cells{
        std::string(stage.name),     arms[i].name,
        arm_label(arms[i]),          std::to_string(rate.successes),
        std::to_string(rate.trials), rate.trials == 0 ? "" : fraction(rate.rate())};
    if (i > 0 && stage.differences[i - 1]) {
        const RateDifference& difference = *stage.differences[i - 1];
        for (const double value :
             {difference.difference, difference.low, difference.high, difference.p_value}) {
            cells.push_back(fraction(value));
        }
        cells.emplace_back(difference.significant() ? "true" : "false");
        cells.push_back(verdict(difference));
    }
    cells.resize(columns);
    return cells;
}

} // namespace

std::string comparison_table(const std::vector<ComparedArm>& arms, const TextStyle& style) {
    TextStyle usable = style;
    usable.width = std::max(style.width, least_width);
    std::string text = heading(arms, usable);
    for (const ComparedStage& stage : compare_arms(arms)) {
        text += '\n' + stage_lines(stage, arms, usable);
    }
    return text;
}

std::string comparison_csv(const std::vector<ComparedArm>& arms) {
    std::string text = csv_row(
        {"stage", "arm", "label", "count", "sent", "rate", "difference", "low", "high", "p_value",
         "significant", "verdict"});
    for (const ComparedStage& stage : compare_arms(arms)) {
        for (std::size_t i = 0; i < arms.size(); ++i) {
            append_csv_row(text, csv_cells(stage, arms, i), FormulaCells::keep);
        }
    }
    return text;
}

} // namespace blast
