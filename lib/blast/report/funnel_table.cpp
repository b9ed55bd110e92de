#include "blast/report/funnel_table.hpp"

#include "blast/domain/funnel.hpp"
#include "blast/report/funnel_words.hpp"
#include "blast/report/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace blast {

namespace {

constexpr int least_width = 40;
constexpr int name_width = 8;
constexpr int percent_width = 6;
constexpr int gap = 2;

std::string heading(const BlastReport& report, const TextStyle& style, const TimeZone& zone) {
    std::string when;
    if (report.blast) {
        when = fmt::format("blast {}, {}", report.blast->id, zone.for_people(report.blast->date));
    }
    const std::string title = title_of(report);
    if (when.empty()) {
        return painted(title, bold_text, style) + '\n';
    }
    const int blanks = style.width - display_width(title) - display_width(when);
    if (blanks >= gap) {
        return painted(title, bold_text, style) + padded_left("", blanks) +
               painted(when, dim_text, style) + '\n';
    }
    return painted(fitted(title, style.width, style.unicode), bold_text, style) + '\n' +
           painted(when, dim_text, style) + '\n';
}

std::string loss_line(const FunnelStage& stage, const BlastCounts& counts, const TextStyle& style) {
    const std::int64_t before = stage.count + stage.lost;
    const std::string text = fmt::format(
        "{} -{}  -{}  {}", style.unicode ? "↓" : "v", stage.lost, percentage(stage.lost, before),
        loss_reason_with_state(stage, counts));
    constexpr int indent = gap + name_width + gap;
    return padded_left("", indent) +
           painted(fitted(text, style.width - indent, style.unicode), yellow_text, style) + '\n';
}

std::string picture(const BlastCounts& counts, const TextStyle& style) {
    const std::vector<FunnelStage> stages = funnel_stages(counts);
    int count_width = 0;
    for (const FunnelStage& stage : stages) {
        count_width = std::max(count_width, static_cast<int>(std::to_string(stage.count).size()));
    }
    const int bar_width =
        style.width - gap - name_width - gap - gap - count_width - gap - percent_width;
    std::string text;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const FunnelStage& stage = stages[i];
        if (stage.lost > 0) {
            text += loss_line(stage, counts, style);
        }
        text += fmt::format(
            "  {}  {}  {}  {}\n", painted(padded_right(stage.name, name_width), bold_text, style),
            painted(
                text_bar(stage.share, bar_width, style.unicode),
                bar_colours[std::min(i, bar_colours.size() - 1)], style),
            padded_left(std::to_string(stage.count), count_width),
            padded_left(percentage(stage.count, stages.front().count), percent_width));
    }
    return text;
}

std::string timings(const StageTimings& seconds_to, const TextStyle& style) {
    constexpr int stage_width = 9;
    constexpr int time_width = 13;
    std::string text;
    for (const TimingRow& row : timing_rows(seconds_to)) {
        if (text.empty()) {
            const std::string names = padded_right("", stage_width + 2 * gap) +
                                      padded_right("half within", time_width) + "9 in 10 within";
            text = '\n' + painted(names, dim_text, style) + '\n';
        }
        text += "  " + padded_right(row.stage, stage_width) + "  " +
                padded_right(row.half, time_width) + row.most + '\n';
    }
    return text;
}

std::string notes(const BlastReport& report, const TextStyle& style) {
    std::string text;
    for (const std::string& note : notes_on(report)) {
        text += text.empty() ? "\n" : "";
        text += "  " + wrapped(note, style.width - gap, gap) + '\n';
    }
    return text;
}

} // namespace

std::string funnel_table(const BlastReport& report, const TextStyle& style, const TimeZone& zone) {
    TextStyle usable = style;
    usable.width = std::max(style.width, least_width);
    return heading(report, usable, zone) + wrapped(totals(report.counts), usable.width, 0) +
           "\n\n" + picture(report.counts, usable) + timings(report.seconds_to, usable) +
           notes(report, usable);
}

} // namespace blast
