#include "blast/report/funnel_picture.hpp"

#include "blast/domain/funnel.hpp"
#include "blast/report/funnel_words.hpp"
#include "blast/report/markup.hpp"
#include "blast/report/terminal_text.hpp"

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

namespace {

std::string number_row(std::string_view name, std::string_view explanation, std::int64_t count) {
    return fmt::format(
        "<tr><th scope=\"row\">{}<small>{}</small></th><td class=\"number\">{}</td></tr>\n", name,
        explanation, grouped(count));
}

std::string card(std::string_view title, std::string_view rows) {
    return fmt::format(
        "<section class=\"card\">\n<h2>{}</h2>\n<table>\n{}</table>\n</section>\n", title, rows);
}

std::string heading(const BlastReport& report, const TimeZone& zone) {
    if (!report.blast) {
        return fmt::format(
            "<header><h1>{}</h1><p>{}</p></header>\n", markup_text(title_of(report)),
            totals(report.counts));
    }
    return fmt::format(
        "<header><h1>{} <span>{}</span></h1><p>Blast {}, {}</p><p>{}</p></header>\n",
        markup_text(report.blast->tag), markup_text(report.blast->stage), report.blast->id,
        zone.for_people(report.blast->date), totals(report.counts));
}

std::string figures(const std::vector<FunnelStage>& stages) {
    std::string text = "<section class=\"cards\">\n";
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const std::string share =
            i == 0 ? std::string("messages")
                   : percentage(stages[i].count, stages.front().count) + " of sent";
        text += fmt::format(
            "<div class=\"card figure\" style=\"--stage: var(--stage-{})\"><h2>{}</h2><b>{}</b>"
            "<span>{}</span></div>\n",
            i + 1, stages[i].name, grouped(stages[i].count), share);
    }
    return text + "</section>\n";
}

std::string stuck_card(const BlastCounts& counts) {
    std::string rows = number_row("PENDING", "accepted, not delivered yet", counts.pending) +
                       number_row("DELIVERY_ACK", "delivered, not read", counts.delivery_ack) +
                       number_row("READ_ACK", "read, no reply", counts.read_ack);
    if (counts.undeliverable > 0) {
        rows += number_row("Undeliverable", "of those PENDING", counts.undeliverable);
    }
    return card("Stuck where", rows);
}

std::string not_sent_card(const BlastCounts& counts) {
    return card(
        "Not sent", number_row("Queued", "waiting for their turn", counts.queued) +
                        number_row("Sending", "in a sender's hands", counts.sending) +
                        number_row("Failed", "refused by the gateway", counts.failed) +
                        number_row("Unconfirmed", "perhaps sent, perhaps not", counts.unconfirmed) +
                        number_row("Dropped", "opted out, cancelled or resolved", counts.dropped));
}

std::string timings_card(const StageTimings& seconds_to) {
    const std::vector<TimingRow> timings = timing_rows(seconds_to);
    if (timings.empty()) {
        return "";
    }
    std::string rows = "<thead><tr><th></th><th class=\"number\">half within</th>"
                       "<th class=\"number\">9 in 10 within</th></tr></thead>\n<tbody>\n";
    for (const TimingRow& row : timings) {
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td "
            "class=\"number\">{}</td></tr>\n",
            row.stage, row.half, row.most);
    }
    return card("Time taken", rows + "</tbody>\n");
}

std::string notes(const BlastReport& report) {
    std::string text;
    for (const std::string& note : notes_on(report)) {
        text += fmt::format("<p>{}</p>\n", markup_text(note));
    }
    return text.empty() ? text : "<div class=\"notes\">\n" + text + "</div>\n";
}

} // namespace

std::string funnel_html(const BlastReport& report, const TimeZone& zone, WallTime now) {
    const std::string body =
        heading(report, zone) + figures(funnel_stages(report.counts)) +
        "<section class=\"card wide\">\n" + funnel_svg_element(report) + "</section>\n" +
        "<div class=\"columns\">\n" + stuck_card(report.counts) + not_sent_card(report.counts) +
        timings_card(report.seconds_to) + "</div>\n" + notes(report) +
        fmt::format(
            "<footer>As of {} ({})</footer>\n", zone.for_people(now), markup_text(zone.name()));
    return html_page(title_of(report), body);
}

} // namespace blast
