#include "blast/report/funnel_svg.hpp"

#include "blast/domain/funnel.hpp"
#include "blast/report/display_width.hpp"
#include "blast/report/funnel_words.hpp"
#include "blast/report/markup.hpp"
#include "blast/report/svg_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace blast {

namespace {

// User units of the picture; the whole is scaled to where it is shown.
constexpr double width = 760;
constexpr double margin = 28;
constexpr double centre = 368;
constexpr double widest_band = 440;
constexpr double narrowest_band = 4;
constexpr double band_height = 46;
constexpr double gap_height = 44;
constexpr double heading_height = 96;

double band_width(const FunnelStage& stage) {
    return std::clamp(
        widest_band * stage.share, stage.count > 0 ? narrowest_band : 0.0, widest_band);
}

std::string band(const FunnelStage& stage, std::size_t number, double top, std::int64_t sent) {
    const double wide = band_width(stage);
    const double middle = top + band_height / 2;
    return fmt::format(
               "<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" rx=\"{:g}\" "
               "fill=\"var(--stage-{})\"/>\n",
               centre - wide / 2, top, wide, band_height, std::min(8.0, wide / 2), number) +
           svg_text({margin, middle + 6, 17, "start", R"(font-weight="600")"}, stage.name) +
           svg_text(
               {width - margin, middle - 1, 20, "end", R"(font-weight="700")"},
               grouped(stage.count)) +
           svg_text(
               {width - margin, middle + 17, 13, "end", R"(class="muted")"},
               percentage(stage.count, sent));
}

/// What leads from one band to the next, and what was lost on the way.
std::string
descent(const FunnelStage& from, const FunnelStage& to, std::size_t number, double top) {
    const double upper = band_width(from) / 2;
    const double lower = band_width(to) / 2;
    std::string text = fmt::format(
        "<path d=\"M{:g} {:g} H{:g} L{:g} {:g} H{:g} Z\" fill=\"var(--stage-{})\" "
        "opacity=\".16\"/>\n",
        centre - upper, top, centre + upper, centre + lower, top + gap_height, centre - lower,
        number);
    if (to.lost > 0) {
        text += svg_text(
            {centre, top + gap_height / 2 + 5, 14, "middle", {}},
            fmt::format(
                "\u2212{} (\u2212{}) {}", grouped(to.lost), percentage(to.lost, to.count + to.lost),
                loss_reason(to)));
    }
    return text;
}

std::string stages_markup(const std::vector<FunnelStage>& stages, double top) {
    std::string text;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        if (i > 0) {
            text += descent(stages[i - 1], stages[i], i, top);
            top += gap_height;
        }
        text += band(stages[i], i + 1, top, stages.front().count);
        top += band_height;
    }
    return text;
}

double stages_height(const std::vector<FunnelStage>& stages) {
    const auto count = static_cast<double>(stages.size());
    return count * band_height + (count - 1) * gap_height;
}

std::string description(const BlastReport& report, const std::vector<FunnelStage>& stages) {
    std::string text = title_of(report) + ':';
    for (const FunnelStage& stage : stages) {
        text += fmt::format(" {} {}", stage.name, stage.count);
    }
    return text;
}

} // namespace

std::string funnel_svg_element(const BlastReport& report) {
    const std::vector<FunnelStage> stages = funnel_stages(report.counts);
    return svg_element(
        {width, stages_height(stages), description(report, stages), stages_markup(stages, 0)});
}

std::string funnel_svg(const BlastReport& report, const TimeZone& zone) {
    constexpr int longest_title = 52;
    constexpr int longest_subtitle = 100;
    const std::vector<FunnelStage> stages = funnel_stages(report.counts);
    std::string subtitle = totals(report.counts);
    if (report.blast) {
        subtitle = fmt::format(
            "Blast {}, {}, {}", report.blast->id, zone.for_people(report.blast->date), subtitle);
    }
    const std::string heading = svg_text(
                                    {margin, 42, 24, "start", R"(font-weight="700")"},
                                    fitted(title_of(report), longest_title, true)) +
                                svg_text(
                                    {margin, 68, 14, "start", R"(class="muted")"},
                                    fitted(subtitle, longest_subtitle, true));
    return svg_file(
        {width, heading_height + stages_height(stages) + margin, description(report, stages),
         heading + stages_markup(stages, heading_height)});
}

} // namespace blast
