#include "blast/report/comparison_text.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/comparison.hpp"
#include "blast/domain/funnel.hpp"
#include "blast/report/funnel_data.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

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

using Json = nlohmann::ordered_json;

namespace {

Json arm_json(const ComparedArm& arm, const TimeZone& zone) {
    Json object;
    object["name"] = arm.name;
    object.update(head_json(arm.blast, zone));
    if (arm.variant) {
        object["variant"] = *arm.variant;
        object["message"] = arm.message;
    }
    add_counts(object, arm.counts);
    return object;
}

Json difference_json(
    const std::optional<RateDifference>& difference,
    const std::string& arm,
    const std::string& against) {
    if (!difference) {
        return nullptr;
    }
    return {
        {"arm", arm},
        {"against", against},
        {"difference", difference->difference},
        {"low", difference->low},
        {"high", difference->high},
        {"p_value", difference->p_value},
        {"test", to_string(difference->test)},
        {"significant", difference->significant()},
        {"verdict", verdict(difference)}};
}

std::string lower_case_name(std::string_view name) {
    std::string key(name);
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return key;
}

Json stage_json(const ComparedStage& stage, const std::vector<ComparedArm>& arms) {
    Json rates = Json::array();
    for (const Proportion& rate : stage.rates) {
        rates.push_back(rate.trials == 0 ? Json(nullptr) : Json(rate.rate()));
    }
    Json differences = Json::array();
    for (std::size_t i = 1; i < arms.size(); ++i) {
        differences.push_back(
            difference_json(stage.differences[i - 1], arms[i].name, arms.front().name));
    }
    Json object;
    object["stage"] = lower_case_name(stage.name);
    object["rates"] = std::move(rates);
    object["differences"] = std::move(differences);
    return object;
}

} // namespace

std::string comparison_json(const std::vector<ComparedArm>& arms, const TimeZone& zone) {
    Json document;
    document["arms"] = Json::array();
    for (const ComparedArm& arm : arms) {
        document["arms"].push_back(arm_json(arm, zone));
    }
    document["comparison"] = Json::array();
    for (const ComparedStage& stage : compare_arms(arms)) {
        document["comparison"].push_back(stage_json(stage, arms));
    }
    return json_text(document) + '\n';
}

} // namespace blast
