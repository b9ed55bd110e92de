#include "blast/run/report_run.hpp"

#include "blast/core/error.hpp"
#include "blast/report/blast_list.hpp"
#include "blast/report/comparison_picture.hpp"
#include "blast/report/comparison_text.hpp"
#include "blast/report/funnel_data.hpp"
#include "blast/report/funnel_picture.hpp"
#include "blast/report/funnel_table.hpp"
#include "blast/report/recipient_list.hpp"
#include "blast/report/stuck_list.hpp"
#include "blast/store/report_store.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

constexpr int page_rows = 5000;
/// Each of their rows comes with several of the history.
constexpr int recipient_page_rows = 1000;

[[noreturn]] void throw_no_blast(const BlastFilter& filter) {
    const std::string remedy = "blast-report --list shows what there is";
    if (filter.id && filter.narrows()) {
        throw UsageError(fmt::format("blast {} is not one that matches", *filter.id), remedy);
    }
    if (filter.id) {
        throw UsageError(fmt::format("there is no blast {}", *filter.id), remedy);
    }
    if (filter.narrows()) {
        throw UsageError("no blast matches", remedy);
    }
    throw UsageError("there is no blast yet", "send one with blast-send");
}

BlastReport read_funnel(const BlastFilter& filter, bool latest, ReportStore& store) {
    BlastReport report = latest ? store.latest_funnel(filter) : store.funnel(filter);
    if (report.blasts == 0 && (latest || filter.id)) {
        throw_no_blast(filter);
    }
    return report;
}

BlastOutline require_blast(const BlastFilter& filter, ReportStore& store) {
    std::optional<BlastOutline> outline = store.newest(filter);
    if (!outline) {
        throw_no_blast(filter);
    }
    return *std::move(outline);
}

std::string
funnel_text(const BlastReport& report, ReportFormat format, const ReportSurroundings& around) {
    switch (format) {
    case ReportFormat::table: return funnel_table(report, around.style, around.zone);
    case ReportFormat::json: return funnel_json(report, around.zone);
    case ReportFormat::csv: return funnel_csv(report, around.zone);
    case ReportFormat::html: return funnel_html(report, around.zone, around.clock.wall());
    case ReportFormat::svg: return funnel_svg(report, around.zone);
    }
    return "";
}

void write_funnel(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& around) {
    const BlastReport report = read_funnel(request.filter, request.latest, store);
    if (report.blasts == 0 && request.format != ReportFormat::table) {
        around.log.note("no blast matches");
    }
    around.output.write(funnel_text(report, request.format, around));
}

void write_list(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& around) {
    const auto writer =
        make_blast_list_writer(request.format, around.output, around.style, around.zone);
    std::optional<std::int64_t> after;
    for (;;) {
        const std::vector<ListedBlast> page = store.list(request.filter, after, page_rows);
        if (page.empty()) {
            break;
        }
        writer->add(page);
        after = page.back().head.id;
    }
    writer->end();
    if (!after) {
        around.log.note(request.filter.narrows() ? "no blast matches" : "there is no blast yet");
    }
}

void write_stuck(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& around) {
    const BlastOutline blast = require_blast(request.filter, store);
    const StuckSelection selection{
        blast.head.id, request.stuck_state, request.stuck_sent, request.older_than};
    const auto writer = make_stuck_list_writer(
        {request.format, around.style, request.stuck_sent}, around.output, around.zone);
    std::int64_t after = 0;
    for (;;) {
        const std::vector<StuckRecipient> page = store.stuck(selection, after, page_rows);
        if (page.empty()) {
            break;
        }
        writer->add(page);
        after = page.back().id;
    }
    writer->end();
    if (after == 0) {
        around.log.note(fmt::format(
            "nobody of blast {} is {}{}", blast.head.id, request.stuck_state,
            request.older_than ? " for that long" : ""));
    }
    if (request.stuck_sent && blast.closed > 0) {
        around.log.note("who has bought already is left out");
    }
}

void write_recipients(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& around) {
    const BlastOutline blast = require_blast(request.filter, store);
    const auto writer =
        make_recipient_list_writer(request.format, around.output, around.style, around.zone);
    std::int64_t after = 0;
    for (;;) {
        const std::vector<RecipientRecord> page =
            store.recipients(blast.head.id, after, recipient_page_rows);
        if (page.empty()) {
            break;
        }
        writer->add(page);
        after = page.back().recipient.id;
    }
    writer->end();
}

std::string arm_name(std::size_t index) {
    return {static_cast<char>('A' + index)};
}

BlastFilter only(const std::optional<std::int64_t>& id) {
    BlastFilter filter;
    filter.id = id;
    return filter;
}

std::vector<ComparedArm> variant_arms(const BlastFilter& filter, ReportStore& store) {
    const BlastOutline blast = require_blast(filter, store);
    if (blast.messages.size() < 2) {
        throw UsageError(
            fmt::format("blast {} has no variants to compare", blast.head.id),
            "name a second blast, as in --compare 1,2");
    }
    const std::vector<BlastCounts> counts = store.variants(blast.head.id, blast.messages.size());
    std::vector<ComparedArm> arms;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        arms.push_back(
            {arm_name(i), blast.head, static_cast<int>(i) + 1, blast.messages[i], counts[i]});
    }
    return arms;
}

std::vector<ComparedArm> compared_arms(const ReportRequest& request, ReportStore& store) {
    if (request.compared.size() == 1) {
        return variant_arms(only(request.compared.front()), store);
    }
    std::vector<ComparedArm> arms;
    for (const std::optional<std::int64_t>& id : request.compared) {
        const BlastReport report = read_funnel(only(id), !id, store);
        arms.push_back({arm_name(arms.size()), *report.blast, std::nullopt, "", report.counts});
    }
    return arms;
}

std::string comparison_text(
    const std::vector<ComparedArm>& arms, ReportFormat format, const ReportSurroundings& around) {
    switch (format) {
    case ReportFormat::table: return comparison_table(arms, around.style);
    case ReportFormat::json: return comparison_json(arms, around.zone);
    case ReportFormat::csv: return comparison_csv(arms);
    case ReportFormat::html: return comparison_html(arms, around.zone, around.clock.wall());
    case ReportFormat::svg: return comparison_svg(arms);
    }
    return "";
}

} // namespace

void run_report(
    const ReportRequest& request, ReportStore& store, const ReportSurroundings& surroundings) {
    switch (request.kind) {
    case ReportKind::funnel: write_funnel(request, store, surroundings); break;
    case ReportKind::list: write_list(request, store, surroundings); break;
    case ReportKind::stuck: write_stuck(request, store, surroundings); break;
    case ReportKind::recipients: write_recipients(request, store, surroundings); break;
    case ReportKind::comparison:
        surroundings.output.write(
            comparison_text(compared_arms(request, store), request.format, surroundings));
        break;
    }
}

} // namespace blast
