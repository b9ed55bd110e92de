#include "blast/report/funnel_data.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/report/list_format.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace blast {

using Json = nlohmann::ordered_json;

namespace {

Json percentiles_json(const Percentiles& taken) {
    const auto number = [](const std::optional<std::int64_t>& seconds) {
        return seconds ? Json(*seconds) : Json(nullptr);
    };
    Json object = Json::object();
    object["p50"] = number(taken.p50);
    object["p90"] = number(taken.p90);
    return object;
}

} // namespace

Json head_json(const BlastHead& head, const TimeZone& zone) {
    Json object = Json::object();
    object["blast_id"] = head.id;
    object["tag"] = head.tag;
    object["stage"] = head.stage;
    object["blast_date"] = zone.iso8601(head.date);
    return object;
}

void add_counts(Json& document, const BlastCounts& counts) {
    document["recipients"] = counts.recipients();
    document["funnel"] = {
        {"sent", counts.sent()},
        {"received", counts.received()},
        {"read", counts.read()},
        {"replied", counts.replied}};
    if (counts.closed > 0) {
        document["funnel"]["closed"] = counts.closed;
    }
    document["stuck"] = {
        {"PENDING", counts.pending},
        {"DELIVERY_ACK", counts.delivery_ack},
        {"READ_ACK", counts.read_ack}};
    document["not_sent"] = {
        {"queued", counts.queued},
        {"sending", counts.sending},
        {"failed", counts.failed},
        {"unconfirmed", counts.unconfirmed},
        {"dropped", counts.dropped}};
    document["undeliverable"] = counts.undeliverable;
}

std::string funnel_json(const BlastReport& report, const TimeZone& zone) {
    Json document = Json::object();
    if (report.blast) {
        document = head_json(*report.blast, zone);
    } else {
        document["blasts"] = report.blasts;
    }
    add_counts(document, report.counts);
    document["seconds_to"]["delivered"] = percentiles_json(report.seconds_to.delivered);
    document["seconds_to"]["read"] = percentiles_json(report.seconds_to.read);
    document["seconds_to"]["replied"] = percentiles_json(report.seconds_to.replied);
    if (report.replied_without_receipt > 0) {
        document["replied_without_receipt"] = report.replied_without_receipt;
    }
    return json_text(document) + '\n';
}

std::string listed_blast_json(const ListedBlast& blast, const TimeZone& zone) {
    Json document = head_json(blast.head, zone);
    add_counts(document, blast.counts);
    document["progress"] = progress_of(blast);
    const std::optional<WallTime>& scheduled = blast.activity.scheduled_at;
    document["scheduled_at"] = scheduled ? Json(zone.iso8601(*scheduled)) : Json(nullptr);
    return json_text(document);
}

namespace {

using Cells = std::vector<std::string>;

const Cells& head_names() {
    static const Cells names{"blast_id", "tag", "stage", "blast_date"};
    return names;
}

const Cells& count_names() {
    static const Cells names{"recipients", "sent",    "received",     "read",     "replied",
                             "closed",     "pending", "delivery_ack", "read_ack", "queued",
                             "sending",    "failed",  "unconfirmed",  "dropped",  "undeliverable"};
    return names;
}

Cells head_cells(const BlastHead& head, const TimeZone& zone) {
    return {std::to_string(head.id), head.tag, head.stage, zone.iso8601(head.date)};
}

void add_counts(Cells& cells, const BlastCounts& counts) {
    for (const std::int64_t count :
         {counts.recipients(), counts.sent(), counts.received(), counts.read(), counts.replied,
          counts.closed, counts.pending, counts.delivery_ack, counts.read_ack, counts.queued,
          counts.sending, counts.failed, counts.unconfirmed, counts.dropped,
          counts.undeliverable}) {
        cells.push_back(std::to_string(count));
    }
}

void add_percentiles(Cells& cells, const Percentiles& taken) {
    cells.push_back(taken.p50 ? std::to_string(*taken.p50) : "");
    cells.push_back(taken.p90 ? std::to_string(*taken.p90) : "");
}

Cells header() {
    Cells names = head_names();
    names.insert(names.end(), count_names().begin(), count_names().end());
    return names;
}

} // namespace

std::string funnel_csv(const BlastReport& report, const TimeZone& zone) {
    Cells names = header();
    for (const char* const stage : {"delivered", "read", "replied"}) {
        names.push_back(std::string("seconds_to_") + stage + "_p50");
        names.push_back(std::string("seconds_to_") + stage + "_p90");
    }
    names.emplace_back("replied_without_receipt");
    Cells cells = report.blast ? head_cells(*report.blast, zone) : Cells(head_names().size());
    add_counts(cells, report.counts);
    add_percentiles(cells, report.seconds_to.delivered);
    add_percentiles(cells, report.seconds_to.read);
    add_percentiles(cells, report.seconds_to.replied);
    cells.push_back(std::to_string(report.replied_without_receipt));
    return csv_row(names) + csv_row(cells, FormulaCells::neutralise);
}

std::string listed_blasts_csv_header() {
    Cells names = header();
    names.emplace_back("progress");
    names.emplace_back("scheduled_at");
    return csv_row(names);
}

std::string listed_blast_csv(const ListedBlast& blast, const TimeZone& zone) {
    Cells cells = head_cells(blast.head, zone);
    add_counts(cells, blast.counts);
    cells.push_back(progress_of(blast));
    const std::optional<WallTime>& scheduled = blast.activity.scheduled_at;
    cells.push_back(scheduled ? zone.iso8601(*scheduled) : "");
    return csv_row(cells, FormulaCells::neutralise);
}

} // namespace blast
