#include "blast/report/funnel_json.hpp"

#include "blast/report/funnel_json_parts.hpp"
#include "blast/report/recipient_cells.hpp"

#include <nlohmann/json.hpp>

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

} // namespace blast
