#include "blast/report/stuck_list.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/domain/recipient_columns.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/text_table.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>

namespace blast {

namespace {

const char* time_name(bool sent) {
    return sent ? "sent_at" : "tried_at";
}

std::vector<const StuckRecipient*> pointers(const std::vector<StuckRecipient>& page) {
    std::vector<const StuckRecipient*> sample;
    sample.reserve(page.size());
    for (const StuckRecipient& recipient : page) {
        sample.push_back(&recipient);
    }
    return sample;
}

class CsvStuck final : public StuckListWriter {
public:
    CsvStuck(Output& output, const TimeZone& zone, bool sent)
        : output_(output), zone_(zone), sent_(sent) {}

    void add(const std::vector<StuckRecipient>& page) override {
        std::string rows = begin(page);
        for (const StuckRecipient& recipient : page) {
            std::vector<std::string> cells = columns_->leading_cells(recipient);
            cells.push_back(recipient.status);
            cells.push_back(iso8601_or_empty(recipient.at, zone_));
            cells.push_back(recipient.device);
            cells.push_back(words_cell(recipient.reason));
            append_csv_row(rows, cells, FormulaCells::neutralise);
        }
        output_.write(rows);
    }

    void end() override { output_.write(begin({})); }

private:
    /// The header, the first time.
    std::string begin(const std::vector<StuckRecipient>& page) {
        if (columns_) {
            return "";
        }
        columns_.emplace(
            pointers(page),
            std::vector<std::string_view>{"status", time_name(sent_), "device", "reason"});
        return csv_row(columns_->names(), FormulaCells::neutralise);
    }

    Output& output_;
    const TimeZone& zone_;
    bool sent_;
    std::optional<RecipientColumns> columns_;
};

class JsonStuck final : public StuckListWriter {
public:
    JsonStuck(Output& output, const TimeZone& zone, bool sent)
        : array_(output), zone_(zone), sent_(sent) {}

    void add(const std::vector<StuckRecipient>& page) override {
        for (const StuckRecipient& recipient : page) {
            nlohmann::ordered_json object;
            object["phone"] = recipient.phone;
            object["status"] = recipient.status;
            object[time_name(sent_)] = time_json(recipient.at, zone_);
            object["device"] = text_json(recipient.device);
            object["reason"] = text_json(recipient.reason);
            object["variables"] = variables_json(recipient.variables);
            array_.add(json_text(object));
        }
    }

    void end() override { array_.end(); }

private:
    JsonArray array_;
    const TimeZone& zone_;
    bool sent_;
};

class TableStuck final : public StuckListWriter {
public:
    TableStuck(Output& output, const TimeZone& zone, const StuckListSettings& settings)
        : output_(output), zone_(zone), settings_(settings) {}

    void add(const std::vector<StuckRecipient>& page) override {
        if (!columns_) {
            begin(page);
        }
        for (const StuckRecipient& recipient : page) {
            std::vector<std::string> cells = columns_->leading_cells(recipient);
            cells.push_back(recipient.at ? zone_.for_people(*recipient.at) : "");
            cells.push_back(recipient.device);
            cells.push_back(recipient.reason);
            table_->add_row(cells);
        }
        output_.write(table_->take_page());
    }

    void end() override {}

private:
    void begin(const std::vector<StuckRecipient>& page) {
        columns_.emplace(pointers(page), std::vector<std::string_view>{});
        std::vector<TextColumn> columns;
        for (const std::string& name : columns_->names()) {
            columns.push_back({columns.empty() ? "PHONE" : name, false, !columns.empty()});
        }
        columns.push_back({settings_.sent ? "SENT" : "LAST TRIED"});
        columns.push_back({"DEVICE"});
        // It is what a list of those not sent to is for; of those sent to few have one.
        constexpr int weight_when_not_sent = 3;
        columns.push_back({"REASON", false, true, settings_.sent ? 1 : weight_when_not_sent});
        table_.emplace(std::move(columns), settings_.style);
    }

    Output& output_;
    const TimeZone& zone_;
    StuckListSettings settings_;
    std::optional<RecipientColumns> columns_;
    std::optional<TextTable> table_;
};

} // namespace

std::unique_ptr<StuckListWriter>
make_stuck_list_writer(const StuckListSettings& settings, Output& output, const TimeZone& zone) {
    switch (settings.format) {
    case ReportFormat::table: return std::make_unique<TableStuck>(output, zone, settings);
    case ReportFormat::json: return std::make_unique<JsonStuck>(output, zone, settings.sent);
    case ReportFormat::csv: return std::make_unique<CsvStuck>(output, zone, settings.sent);
    case ReportFormat::html:
    case ReportFormat::svg: break;
    }
    throw std::invalid_argument("a list of recipients is no picture");
}

} // namespace blast
