#include "blast/report/inbox_list.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/text_table.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

namespace blast {

namespace {

using Json = nlohmann::ordered_json;

class TableInbox final : public InboxListWriter {
public:
    TableInbox(Output& output, const TextStyle& style, const TimeZone& zone)
        : output_(output),
          zone_(zone),
          table_(
              {{"ID", true},
               {"RECEIVED"},
               {"STATE"},
               {"KIND"},
               {"PHONE"},
               {"REASON", false, true},
               {"BODY", false, true}},
              style) {}

    void add(const std::vector<ListedEvent>& page) override {
        for (const ListedEvent& event : page) {
            table_.add_row(
                {std::to_string(event.id), zone_.for_people(event.received_at), event.state,
                 event.kind, event.phone, event.reason, event.body});
        }
        output_.write(table_.take_page());
    }
    void end() override {}

private:
    Output& output_;
    const TimeZone& zone_;
    TextTable table_;
};

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

class JsonInbox final : public InboxListWriter {
public:
    JsonInbox(Output& output, const TimeZone& zone) : array_(output), zone_(zone) {}

    void add(const std::vector<ListedEvent>& page) override {
        for (const ListedEvent& event : page) {
            const Json object{
                {"id", event.id},
                {"received_at", zone_.iso8601(event.received_at)},
                {"state", event.state},
                {"kind", event.kind},
                {"phone", text_or_null(event.phone)},
                {"message_id", text_or_null(event.message_id)},
                {"repeats", event.repeats},
                {"reason", text_or_null(event.reason)},
                {"body", event.body}};
            array_.add(object.dump(-1, ' ', false, Json::error_handler_t::replace));
        }
    }
    void end() override { array_.end(); }

private:
    JsonArray array_;
    const TimeZone& zone_;
};

class CsvInbox final : public InboxListWriter {
public:
    CsvInbox(Output& output, const TimeZone& zone) : output_(output), zone_(zone) {
        output_.write(csv_row(
            {"id", "received_at", "state", "kind", "phone", "message_id", "repeats", "reason",
             "body"}));
    }

    void add(const std::vector<ListedEvent>& page) override {
        std::string rows;
        for (const ListedEvent& event : page) {
            append_csv_row(
                rows,
                {std::to_string(event.id), zone_.iso8601(event.received_at), event.state,
                 event.kind, event.phone, words_cell(event.message_id),
                 std::to_string(event.repeats), words_cell(event.reason), words_cell(event.body)},
                FormulaCells::neutralise);
        }
        output_.write(rows);
    }
    void end() override {}

private:
    Output& output_;
    const TimeZone& zone_;
};

} // namespace

std::unique_ptr<InboxListWriter> make_inbox_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone) {
    switch (format) {
    case ReportFormat::table: return std::make_unique<TableInbox>(output, style, zone);
    case ReportFormat::json: return std::make_unique<JsonInbox>(output, zone);
    case ReportFormat::csv: return std::make_unique<CsvInbox>(output, zone);
    default: break;
    }
    throw std::invalid_argument("the inbox is listed as table, json or csv");
}

} // namespace blast
