#include "blast/report/recipient_list.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/domain/recipient_columns.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace blast {

namespace {

using Json = nlohmann::ordered_json;

const char* timed_by(const HistoryEvent& event) {
    return event.timed_by_gateway ? "gateway" : "us";
}

bool is_sent(const RecipientRecord& record) {
    return !record.message_id.empty();
}

Json history_json(const std::vector<HistoryEvent>& history, const TimeZone& zone) {
    Json events = Json::array();
    for (const HistoryEvent& event : history) {
        events.push_back(
            {{"status", event.status},
             {"at", zone.iso8601(event.at)},
             {"source", event.source},
             {"timed_by", timed_by(event)},
             {"detail", text_json(event.detail)}});
    }
    return events;
}

class JsonRecipients final : public RecipientListWriter {
public:
    JsonRecipients(Output& output, const TimeZone& zone) : array_(output), zone_(zone) {}

    void add(const std::vector<RecipientRecord>& page) override {
        for (const RecipientRecord& record : page) {
            array_.add(json_text(object_of(record)));
        }
    }

    void end() override { array_.end(); }

private:
    Json object_of(const RecipientRecord& record) const {
        const StuckRecipient& recipient = record.recipient;
        Json object;
        object["phone"] = text_json(recipient.phone);
        object["status"] = recipient.status;
        object["message_id"] = text_json(record.message_id);
        object["device"] = text_json(recipient.device);
        object["variant"] = record.variant + 1;
        object["sent_at"] = is_sent(record) ? time_json(recipient.at, zone_) : Json(nullptr);
        object["tried_at"] = is_sent(record) ? Json(nullptr) : time_json(recipient.at, zone_);
        object["delivered_at"] = time_json(record.delivered_at, zone_);
        object["read_at"] = time_json(record.read_at, zone_);
        object["replied_at"] = time_json(record.replied_at, zone_);
        object["reply_text"] = text_json(record.reply_text);
        object["closed_at"] = time_json(record.purchased_at, zone_);
        object["closed_amount"] = text_json(record.purchase_amount);
        object["reason"] = text_json(recipient.reason);
        object["variables"] = variables_json(recipient.variables);
        object["history"] = history_json(record.history, zone_);
        return object;
    }

    JsonArray array_;
    const TimeZone& zone_;
};

class CsvRecipients final : public RecipientListWriter {
public:
    CsvRecipients(Output& output, const TimeZone& zone) : output_(output), zone_(zone) {}

    void add(const std::vector<RecipientRecord>& page) override {
        std::string rows = begin(page);
        for (const RecipientRecord& record : page) {
            append_csv_row(rows, cells_of(record), FormulaCells::neutralise);
        }
        output_.write(rows);
    }

    void end() override { output_.write(begin({})); }

private:
    /// The header, the first time.
    std::string begin(const std::vector<RecipientRecord>& page) {
        if (columns_) {
            return "";
        }
        std::vector<const StuckRecipient*> sample;
        sample.reserve(page.size());
        for (const RecipientRecord& record : page) {
            sample.push_back(&record.recipient);
        }
        columns_.emplace(
            sample, std::vector<std::string_view>{
                        "status", "message_id", "device", "variant", "sent_at", "tried_at",
                        "delivered_at", "read_at", "replied_at", "reply_text", "closed_at",
                        "closed_amount", "reason", "history"});
        return csv_row(columns_->names(), FormulaCells::neutralise);
    }

    std::vector<std::string> cells_of(const RecipientRecord& record) const {
        const StuckRecipient& recipient = record.recipient;
        const std::string at = iso8601_or_empty(recipient.at, zone_);
        std::vector<std::string> cells = columns_->leading_cells(recipient);
        for (std::string cell :
             {recipient.status, words_cell(record.message_id), recipient.device,
              std::to_string(record.variant + 1), is_sent(record) ? at : std::string(),
              is_sent(record) ? std::string() : at, iso8601_or_empty(record.delivered_at, zone_),
              iso8601_or_empty(record.read_at, zone_), iso8601_or_empty(record.replied_at, zone_),
              words_cell(record.reply_text), iso8601_or_empty(record.purchased_at, zone_),
              record.purchase_amount, words_cell(recipient.reason), history_text(record.history)}) {
            cells.push_back(std::move(cell));
        }
        return cells;
    }

    std::string history_text(const std::vector<HistoryEvent>& history) const {
        std::string text;
        for (const HistoryEvent& event : history) {
            text += fmt::format(
                "{}{} {} {}", text.empty() ? "" : "; ", words_cell(event.status),
                zone_.iso8601(event.at), event.source);
        }
        return text;
    }

    Output& output_;
    const TimeZone& zone_;
    std::optional<RecipientColumns> columns_;
};

class TableRecipients final : public RecipientListWriter {
public:
    TableRecipients(Output& output, const TextStyle& style, const TimeZone& zone)
        : output_(output),
          zone_(zone),
          table_(
              {{"PHONE"}, {"DEVICE"}, {"STATUS"}, {"WHEN"}, {"SOURCE"}, {"DETAIL", false, true}},
              style) {}

    void add(const std::vector<RecipientRecord>& page) override {
        for (const RecipientRecord& record : page) {
            add_lines(record);
        }
        output_.write(table_.take_page());
    }

    void end() override {}

private:
    void add_lines(const RecipientRecord& record) {
        std::string phone = record.recipient.phone;
        std::string device = record.recipient.device;
        for (const HistoryEvent& event : record.history) {
            table_.add_row(
                {phone, device, event.status, zone_.for_people(event.at), event.source,
                 detail_of(record, event)});
            phone.clear();
            device.clear();
        }
        // What the history does not say yet, such as QUEUED.
        if (record.history.empty() || record.history.back().status != record.recipient.status) {
            const std::optional<WallTime>& at = record.recipient.at;
            table_.add_row(
                {phone, device, record.recipient.status, at ? zone_.for_people(*at) : "", "now",
                 record.recipient.reason});
        }
    }

    static std::string detail_of(const RecipientRecord& record, const HistoryEvent& event) {
        return event.status == "REPLIED" && !record.reply_text.empty() ? record.reply_text
                                                                       : event.detail;
    }

    Output& output_;
    const TimeZone& zone_;
    TextTable table_;
};

} // namespace

std::unique_ptr<RecipientListWriter> make_recipient_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone) {
    switch (format) {
    case ReportFormat::table: return std::make_unique<TableRecipients>(output, style, zone);
    case ReportFormat::json: return std::make_unique<JsonRecipients>(output, zone);
    case ReportFormat::csv: return std::make_unique<CsvRecipients>(output, zone);
    case ReportFormat::html:
    case ReportFormat::svg: break;
    }
    throw std::invalid_argument("a list of recipients is no picture");
}

} // namespace blast
