#include "blast/report/funnel_html.hpp"

#include "blast/domain/funnel.hpp"
#include "blast/report/funnel_svg.hpp"
#include "blast/report/funnel_words.hpp"
#include "blast/report/markup.hpp"

#include <fmt/format.h>

#include <vector>

namespace blast {

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
