#include "blast/report/blast_list.hpp"

#include "blast/domain/funnel.hpp"
#include "blast/report/funnel_data.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/markup.hpp"
#include "blast/report/text_table.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace blast {

namespace {

constexpr std::size_t day_length = std::string_view("2026-11-22").size();

class TableList final : public BlastListWriter {
public:
    TableList(Output& output, const TextStyle& style, const TimeZone& zone)
        : output_(output),
          zone_(zone),
          wide_(!style.terminal || style.width >= width_for_all),
          middle_(wide_ || style.width >= width_for_most),
          table_(columns(), style) {}

    void add(const std::vector<ListedBlast>& page) override {
        for (const ListedBlast& blast : page) {
            table_.add_row(cells(blast));
        }
        output_.write(table_.take_page());
    }
    void end() override {}

private:
    static constexpr int width_for_all = 110;
    static constexpr int width_for_most = 78;

    std::vector<TextColumn> columns() const {
        std::vector<TextColumn> columns{
            {"ID", true}, {"TAG", false, true}, {"STAGE", false, true}, {"DATE"}};
        if (wide_) {
            columns.push_back({"RECIPIENTS", true});
        }
        for (const char* const name : {"SENT", "RECEIVED", "READ", "REPLIED"}) {
            columns.push_back({name, true});
        }
        if (wide_) {
            columns.push_back({"CLOSED", true});
            columns.push_back({"NOT SENT", true});
        }
        if (middle_) {
            columns.push_back({"PROGRESS"});
        }
        return columns;
    }

    std::vector<std::string> cells(const ListedBlast& blast) const {
        const BlastCounts& counts = blast.counts;
        std::vector<std::string> cells{
            std::to_string(blast.head.id), blast.head.tag, blast.head.stage};
        const std::string date = zone_.for_people(blast.head.date);
        cells.push_back(wide_ ? date : date.substr(0, day_length));
        if (wide_) {
            cells.push_back(std::to_string(counts.recipients()));
        }
        for (const std::int64_t count :
             {counts.sent(), counts.received(), counts.read(), counts.replied}) {
            cells.push_back(std::to_string(count));
        }
        if (wide_) {
            cells.push_back(std::to_string(counts.closed));
            cells.push_back(std::to_string(counts.not_sent()));
        }
        if (middle_) {
            cells.push_back(progress_of(blast));
        }
        return cells;
    }

    Output& output_;
    const TimeZone& zone_;
    bool wide_;
    bool middle_;
    TextTable table_;
};

class JsonList final : public BlastListWriter {
public:
    JsonList(Output& output, const TimeZone& zone) : array_(output), zone_(zone) {}

    void add(const std::vector<ListedBlast>& page) override {
        for (const ListedBlast& blast : page) {
            array_.add(listed_blast_json(blast, zone_));
        }
    }
    void end() override { array_.end(); }

private:
    JsonArray array_;
    const TimeZone& zone_;
};

class CsvList final : public BlastListWriter {
public:
    CsvList(Output& output, const TimeZone& zone) : output_(output), zone_(zone) {
        output_.write(listed_blasts_csv_header());
    }

    void add(const std::vector<ListedBlast>& page) override {
        std::string rows;
        for (const ListedBlast& blast : page) {
            rows += listed_blast_csv(blast, zone_);
        }
        output_.write(rows);
    }
    void end() override {}

private:
    Output& output_;
    const TimeZone& zone_;
};

class HtmlList final : public BlastListWriter {
public:
    HtmlList(Output& output, const TimeZone& zone) : output_(output), zone_(zone) {}

    void add(const std::vector<ListedBlast>& page) override {
        for (const ListedBlast& blast : page) {
            rows_ += row(blast);
        }
    }

    void end() override {
        std::string heads;
        for (const char* const name : {"Sent", "Received", "Read", "Replied"}) {
            heads += fmt::format("<th class=\"number\">{}</th>", name);
        }
        output_.write(html_page(
            "Blasts",
            fmt::format(
                "<header><h1>Blasts</h1></header>\n<section class=\"card wide\">\n<table>\n"
                "<thead><tr><th>Blast</th><th>Date</th>{}<th>Progress</th></tr></thead>\n"
                "<tbody>\n{}</tbody>\n</table>\n</section>\n",
                heads, rows_)));
    }

private:
    std::string row(const ListedBlast& blast) const {
        const BlastCounts& counts = blast.counts;
        std::string numbers = fmt::format("<td class=\"number\">{}</td>", grouped(counts.sent()));
        for (const std::int64_t count : {counts.received(), counts.read(), counts.replied}) {
            numbers += fmt::format(
                "<td class=\"number\">{}<small>{}</small></td>", grouped(count),
                percentage(count, counts.sent()));
        }
        return fmt::format(
            "<tr><th scope=\"row\">{}<small>{}, blast {}</small></th><td>{}</td>{}<td>{}</td></tr>\n",
            markup_text(blast.head.tag), markup_text(blast.head.stage), blast.head.id,
            zone_.for_people(blast.head.date), numbers, progress_of(blast));
    }

    Output& output_;
    const TimeZone& zone_;
    std::string rows_;
};

} // namespace

std::unique_ptr<BlastListWriter> make_blast_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone) {
    switch (format) {
    case ReportFormat::table: return std::make_unique<TableList>(output, style, zone);
    case ReportFormat::json: return std::make_unique<JsonList>(output, zone);
    case ReportFormat::csv: return std::make_unique<CsvList>(output, zone);
    case ReportFormat::html: return std::make_unique<HtmlList>(output, zone);
    case ReportFormat::svg: break;
    }
    throw std::invalid_argument("a list of blasts is no picture");
}

} // namespace blast
