#include "blast/report/comparison_picture.hpp"

#include "blast/domain/comparison.hpp"
#include "blast/domain/funnel.hpp"
#include "blast/report/comparison_text.hpp"
#include "blast/report/markup.hpp"
#include "blast/report/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

// User units of the picture.
constexpr double width = 760;
constexpr double margin = 28;
constexpr double bar_left = 160;
constexpr double bar_width = 400;
constexpr double percentage_room = 80; // "100.0%" and the space before it
constexpr double bar_height = 24;
constexpr double bar_step = 30;
constexpr double line_height = 20;
constexpr double stage_gap = 22;
constexpr double legend_step = 26;
constexpr std::size_t colours = 5;
constexpr int longest_label = 84;

std::string arm_colour(std::size_t arm) {
    // Far apart on the scale of stage colours, so that neighbours differ to the eye.
    constexpr std::size_t stride = 3;
    return fmt::format("var(--stage-{})", 1 + arm * stride % colours);
}

std::string legend(const std::vector<ComparedArm>& arms, double& top) {
    std::string text;
    for (std::size_t i = 0; i < arms.size(); ++i) {
        text +=
            fmt::format(
                "<rect x=\"{:g}\" y=\"{:g}\" width=\"14\" height=\"14\" rx=\"3\" fill=\"{}\"/>\n",
                margin, top + 4, arm_colour(i)) +
            svg_text({margin + 24, top + 16, 15, "start", R"(font-weight="700")"}, arms[i].name) +
            svg_text(
                {margin + 44, top + 16, 15, "start"},
                fitted(arm_label(arms[i]), longest_label, true));
        top += legend_step;
    }
    return text;
}

std::string bars(const ComparedStage& stage, const std::vector<ComparedArm>& arms, double& top) {
    std::string text =
        svg_text({margin, top + 17, 17, "start", R"(font-weight="600")"}, stage.name);
    for (std::size_t i = 0; i < arms.size(); ++i) {
        const Proportion& rate = stage.rates[i];
        const double wide = rate.successes == 0 ? 0 : std::max(2.0, bar_width * rate.rate());
        text +=
            svg_text({bar_left - 10, top + 17, 13, "end", R"(class="muted")"}, arms[i].name) +
            fmt::format(
                "<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" rx=\"4\" "
                "fill=\"{}\"/>\n",
                bar_left, top, wide, bar_height, arm_colour(i)) +
            svg_text(
                {width - margin - percentage_room, top + 17, 15, "end"}, grouped(rate.successes)) +
            svg_text(
                {width - margin, top + 17, 16, "end", R"(font-weight="700")"},
                percentage(rate.successes, rate.trials));
        top += bar_step;
    }
    return text;
}

/// The sentence without the interval, which the picture has no room for.
std::string short_sentence(const std::optional<RateDifference>& difference) {
    constexpr double points = 100;
    if (!difference) {
        return verdict(difference);
    }
    return fmt::format("{:+.1f} points, {}", points * difference->difference, verdict(difference));
}

std::string
verdicts(const ComparedStage& stage, const std::vector<ComparedArm>& arms, double& top) {
    std::string text;
    for (std::size_t i = 1; i < arms.size(); ++i) {
        const std::optional<RateDifference>& difference = stage.differences[i - 1];
        const bool matters = difference && difference->significant();
        text += svg_text(
            {bar_left, top + 12, 13, "start",
             matters ? R"(font-weight="700")" : R"(class="muted")"},
            fmt::format("{}: {}", arms[i].name, short_sentence(difference)));
        top += line_height;
    }
    return text;
}

SvgPicture picture_of(const std::vector<ComparedArm>& arms, bool alone) {
    SvgPicture picture;
    picture.width = width;
    double top = alone ? margin : 0;
    picture.content = legend(arms, top);
    picture.description = "Comparison:";
    for (const ComparedStage& stage : compare_arms(arms)) {
        top += stage_gap;
        picture.content += bars(stage, arms, top);
        picture.content += verdicts(stage, arms, top);
        picture.description += fmt::format(" {}", stage.name);
        for (const Proportion& rate : stage.rates) {
            picture.description += ' ' + percentage(rate.successes, rate.trials);
        }
    }
    picture.height = top + (alone ? margin : 0);
    return picture;
}

std::string row(const ComparedStage& stage) {
    std::string text = fmt::format("<tr><th scope=\"row\">{}</th>", stage.name);
    for (std::size_t i = 0; i < stage.rates.size(); ++i) {
        const Proportion& rate = stage.rates[i];
        std::string small = grouped(rate.successes);
        std::string emphasis;
        if (i > 0) {
            const std::optional<RateDifference>& difference = stage.differences[i - 1];
            small += "<br>" + markup_text(difference_text(difference)) + "<br>" +
                     markup_text(verdict(difference));
            emphasis = difference && difference->significant() ? " significant" : "";
        }
        text += fmt::format(
            R"(<td class="number wrap{}" style="white-space: normal">{}<small>{}</small></td>)",
            emphasis, percentage(rate.successes, rate.trials), small);
    }
    return text + "</tr>\n";
}

} // namespace

std::string comparison_svg(const std::vector<ComparedArm>& arms) {
    return svg_file(picture_of(arms, true));
}

std::string
comparison_html(const std::vector<ComparedArm>& arms, const TimeZone& zone, WallTime now) {
    std::string heads = "<th></th>";
    std::string sent = "<tr><th scope=\"row\">Sent</th>";
    for (const ComparedArm& arm : arms) {
        heads += fmt::format(
            "<th class=\"number wrap\">{}<small>{}</small></th>", arm.name,
            markup_text(arm_label(arm)));
        sent += fmt::format("<td class=\"number\">{}</td>", grouped(arm.counts.sent()));
    }
    std::string rows = sent + "</tr>\n";
    for (const ComparedStage& stage : compare_arms(arms)) {
        rows += row(stage);
    }
    const std::string body = fmt::format(
        "<header><h1>Comparison</h1><p>Against {}, of sent</p></header>\n"
        "<section class=\"card wide\" style=\"margin-top: 28px\">\n{}</section>\n"
        "<section class=\"card wide\">\n<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n"
        "</table>\n</section>\n<footer>As of {} ({})</footer>\n",
        arms.front().name, svg_element(picture_of(arms, false)), heads, rows, zone.for_people(now),
        markup_text(zone.name()));
    return html_page("Comparison", body);
}

} // namespace blast
