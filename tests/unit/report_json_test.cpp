#include "blast/report/blast_list.hpp"
#include "blast/report/comparison_text.hpp"
#include "blast/report/funnel_data.hpp"
#include "blast/report/recipient_list.hpp"
#include "blast/report/stuck_list.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace blast;
using blast::test::Contains;
using Json = nlohmann::ordered_json;

namespace {

const TimeZone zone("Asia/Kuala_Lumpur");
const WallTime afternoon(std::chrono::seconds(1'795'328'880));

class TextOutput final : public Output {
public:
    void write(std::string_view part) override { text += part; }
    void finish() override {}
    std::string text;
};

BlastReport example() {
    BlastReport report;
    report.blasts = 1;
    report.blast = BlastHead{1, "raya-2026", "Initial", afternoon};
    report.counts.pending = 10;
    report.counts.delivery_ack = 60;
    report.counts.read_ack = 130;
    report.counts.replied = 50;
    report.counts.undeliverable = 2;
    report.counts.failed = 1;
    report.counts.unconfirmed = 1;
    report.counts.dropped = 1;
    report.seconds_to = {{4, 31}, {2280, 39'600}, {7800, 86'400}};
    return report;
}

StuckRecipient aminah() {
    StuckRecipient recipient;
    recipient.id = 1;
    recipient.phone = "+60123456789";
    recipient.status = "PENDING";
    recipient.at = afternoon;
    recipient.device = "5850";
    recipient.variables = R"({"name":"Aminah","No HP":"012-345 6789"})";
    return recipient;
}

std::string
stuck(ReportFormat format, const std::vector<StuckRecipient>& recipients, bool sent = true) {
    TextOutput output;
    const auto writer = make_stuck_list_writer({format, {}, sent}, output, zone);
    if (!recipients.empty()) {
        writer->add(recipients);
    }
    writer->end();
    return output.text;
}

RecipientRecord replied() {
    RecipientRecord record;
    record.recipient = aminah();
    record.recipient.status = "REPLIED";
    record.message_id = "3EB0";
    record.variant = 1;
    record.replied_at = afternoon + std::chrono::minutes(2);
    record.reply_text = "=berapa?";
    record.history = {
        {"PENDING", "send", afternoon, true, ""},
        {"REPLIED", "webhook", afternoon + std::chrono::minutes(2), false, "by phone"}};
    return record;
}

std::string recipients(ReportFormat format, const std::vector<RecipientRecord>& records) {
    TextOutput output;
    const auto writer = make_recipient_list_writer(format, output, {}, zone);
    if (!records.empty()) {
        writer->add(records);
    }
    writer->end();
    return output.text;
}

std::string blasts(ReportFormat format, const std::vector<ListedBlast>& page) {
    TextOutput output;
    const auto writer = make_blast_list_writer(format, output, {}, zone);
    if (!page.empty()) {
        writer->add(page);
    }
    writer->end();
    return output.text;
}

} // namespace

TEST_CASE("the json of one blast is the document of the contract, key by key and in its order") {
    CHECK(
        funnel_json(example(), zone) ==
        R"({"blast_id":1,"tag":"raya-2026","stage":"Initial","blast_date":"2026-11-22T14:28:00+08:00",)"
        R"("recipients":253,"funnel":{"sent":250,"received":240,"read":180,"replied":50},)"
        R"("stuck":{"PENDING":10,"DELIVERY_ACK":60,"READ_ACK":130},)"
        R"("not_sent":{"queued":0,"sending":0,"failed":1,"unconfirmed":1,"dropped":1},"undeliverable":2,)"
        R"("seconds_to":{"delivered":{"p50":4,"p90":31},"read":{"p50":2280,"p90":39600},)"
        R"("replied":{"p50":7800,"p90":86400}}})"
        "\n");
}

TEST_CASE("the json tells replies without a read receipt apart where there are any") {
    BlastReport report = example();
    report.replied_without_receipt = 3;
    const Json document = Json::parse(funnel_json(report, zone));
    CHECK(document["replied_without_receipt"] == 3);
    CHECK(document["funnel"]["read"] == 180);
}

TEST_CASE("percentiles that do not exist are null, and times are in the user's zone") {
    BlastReport report = example();
    report.seconds_to = {};
    const Json document = Json::parse(funnel_json(report, TimeZone("America/New_York")));
    CHECK(document["seconds_to"]["read"]["p50"].is_null());
    CHECK(document["seconds_to"]["read"].contains("p90"));
    CHECK(document["blast_date"] == "2026-11-22T01:28:00-05:00");
}

TEST_CASE("several blasts together have their number for a name") {
    BlastReport report = example();
    report.blast.reset();
    report.blasts = 3;
    const Json document = Json::parse(funnel_json(report, zone));
    CHECK(document.begin().key() == "blasts");
    CHECK(document["blasts"] == 3);
    CHECK_FALSE(document.contains("blast_id"));
    CHECK(document["funnel"]["sent"] == 250);
    CHECK(document["stuck"]["PENDING"] == 10);
}

TEST_CASE("the funnel has closed only when there is a sale") {
    BlastReport report = example();
    CHECK_FALSE(Json::parse(funnel_json(report, zone))["funnel"].contains("closed"));
    report.counts.closed = 4;
    CHECK(Json::parse(funnel_json(report, zone))["funnel"]["closed"] == 4);
}

TEST_CASE("text that is not UTF-8 does not break the json") {
    BlastReport report = example();
    report.blast->tag = "a\xFF\"b";
    CHECK(Json::parse(funnel_json(report, zone))["tag"] == "a\xEF\xBF\xBD\"b");
}

TEST_CASE("the funnel as csv is a header and a row of as many cells") {
    CHECK(
        funnel_csv(example(), zone) ==
        "blast_id,tag,stage,blast_date,recipients,sent,received,read,replied,closed,pending,"
        "delivery_ack,read_ack,queued,sending,failed,unconfirmed,dropped,undeliverable,"
        "seconds_to_delivered_p50,seconds_to_delivered_p90,seconds_to_read_p50,seconds_to_read_p90,"
        "seconds_to_replied_p50,seconds_to_replied_p90,replied_without_receipt\n"
        "1,raya-2026,Initial,2026-11-22T14:28:00+08:00,253,250,240,180,50,0,10,60,130,0,0,1,1,1,2,"
        "4,31,2280,39600,7800,86400,0\n");
}

TEST_CASE("a list of no blasts is an empty array, and csv is a header") {
    CHECK(blasts(ReportFormat::json, {}) == "[]\n");
    CHECK(blasts(ReportFormat::table, {}).empty());
    CHECK(blasts(ReportFormat::csv, {}).find("blast_id,tag,stage,blast_date,") == 0);
}

TEST_CASE("a listed blast has its funnel and what it is doing") {
    ListedBlast blast{*example().blast, example().counts, {}};
    blast.counts.queued = 5;
    blast.activity.scheduled_at = afternoon;
    blast.activity.scheduled = true;
    const Json list = Json::parse(blasts(ReportFormat::json, {blast, blast}));
    REQUIRE(list.size() == 2);
    CHECK(list[0]["blast_id"] == 1);
    CHECK(list[0]["funnel"]["replied"] == 50);
    CHECK(list[0]["progress"] == "scheduled");
    CHECK(list[0]["scheduled_at"] == "2026-11-22T14:28:00+08:00");
    CHECK(
        blasts(ReportFormat::table, {blast}) ==
        "ID TAG       STAGE   DATE             RECIPIENTS SENT RECEIVED READ REPLIED CLOSED NOT SENT "
        "PROGRESS\n"
        " 1 raya-2026 Initial 2026-11-22 14:28        258  250      240  180      50      0        8 "
        "scheduled\n");
}

TEST_CASE("progress says who is at a blast, or why nobody is") {
    ListedBlast blast;
    CHECK(progress_of(blast) == "done");
    blast.counts.queued = 1;
    CHECK(progress_of(blast) == "unfinished");
    blast.activity.scheduled = true;
    CHECK(progress_of(blast) == "scheduled");
    blast.activity.stopped_by = "person";
    CHECK(progress_of(blast) == "stopped");
    blast.activity.stopped_by = "circuit";
    CHECK(progress_of(blast) == "circuit open");
    blast.activity.sender_alive = true;
    CHECK(progress_of(blast) == "sending");
}

TEST_CASE("a blast of which nobody got a message is not done") {
    ListedBlast blast;
    blast.counts.dropped = 2;
    CHECK(progress_of(blast) == "dropped");
    blast.counts.failed = 1;
    CHECK(progress_of(blast) == "failed");
    blast.counts.unconfirmed = 1;
    CHECK(progress_of(blast) == "done");
    blast.counts.unconfirmed = 0;
    blast.counts.pending = 1;
    CHECK(progress_of(blast) == "done");
    blast.counts.pending = 0;
    blast.counts.queued = 1;
    CHECK(progress_of(blast) == "unfinished");
}

TEST_CASE("who is stuck is listed as csv that blast-send can take") {
    CHECK(
        stuck(ReportFormat::csv, {aminah()}) ==
        "phone,name,status,sent_at,device,reason\n"
        "+60123456789,Aminah,PENDING,2026-11-22T14:28:00+08:00,5850,\n");
    CHECK(stuck(ReportFormat::csv, {}) == "phone,status,sent_at,device,reason\n");
}

TEST_CASE("who was not sent to is listed with the reason") {
    StuckRecipient recipient = aminah();
    recipient.status = "FAILED";
    recipient.reason = "not on WhatsApp";
    CHECK(
        stuck(ReportFormat::csv, {recipient}, false) ==
        "phone,name,status,tried_at,device,reason\n"
        "+60123456789,Aminah,FAILED,2026-11-22T14:28:00+08:00,5850,not on WhatsApp\n");
    recipient.at.reset();
    recipient.device.clear();
    CHECK(
        stuck(ReportFormat::json, {recipient}, false) ==
        "[\n"
        R"({"phone":"+60123456789","status":"FAILED","tried_at":null,"device":null,)"
        R"("reason":"not on WhatsApp","variables":{"name":"Aminah","No HP":"012-345 6789"}})"
        "\n]\n");
}

TEST_CASE("formulas in a recipient's own columns are neutralised in csv") {
    StuckRecipient recipient = aminah();
    recipient.variables = R"x({"name":"=HYPERLINK(1)"})x";
    CHECK_THAT(
        stuck(ReportFormat::csv, {recipient}), Contains("+60123456789,'=HYPERLINK(1),PENDING"));
}

TEST_CASE("what the gateway or a person wrote gives a terminal no commands through csv") {
    RecipientRecord record = replied();
    record.message_id = "3EB0\x1b[2J";
    record.reply_text = "one\ntwo\x1b]0;title\x07";
    record.recipient.reason = "gone\r\x9b 5m";
    record.history[0].status = "FANCY\x1b[31m";
    const std::string csv = recipients(ReportFormat::csv, {record});
    CHECK_THAT(csv, Contains(",3EB0\\x1b[2J,"));
    CHECK_THAT(csv, Contains(",\"one\ntwo\\x1b]0;title\\x07\","));
    CHECK_THAT(csv, Contains(",gone\\r\\x9b 5m,"));
    CHECK_THAT(csv, Contains("FANCY\\x1b[31m 2026-11-22T14:28:00+08:00 send"));
    CHECK_THAT(stuck(ReportFormat::csv, {record.recipient}), Contains(",5850,gone\\r\\x9b 5m\n"));
}

TEST_CASE("all recipients are listed with their history") {
    const Json list = Json::parse(recipients(ReportFormat::json, {replied()}));
    REQUIRE(list.size() == 1);
    CHECK(list[0]["status"] == "REPLIED");
    CHECK(list[0]["message_id"] == "3EB0");
    CHECK(list[0]["variant"] == 2);
    CHECK(list[0]["read_at"].is_null());
    CHECK(list[0]["reply_text"] == "=berapa?");
    CHECK(
        list[0]["history"].dump() ==
        R"([{"status":"PENDING","at":"2026-11-22T14:28:00+08:00","source":"send","timed_by":"gateway",)"
        R"("detail":null},{"status":"REPLIED","at":"2026-11-22T14:30:00+08:00","source":"webhook",)"
        R"("timed_by":"us","detail":"by phone"}])");
    CHECK(
        recipients(ReportFormat::csv, {replied()}) ==
        "phone,name,status,message_id,device,variant,sent_at,tried_at,delivered_at,read_at,replied_at,"
        "reply_text,closed_at,closed_amount,reason,history\n"
        "+60123456789,Aminah,REPLIED,3EB0,5850,2,2026-11-22T14:28:00+08:00,,,,"
        "2026-11-22T14:30:00+08:00,'=berapa?,,,,\"PENDING 2026-11-22T14:28:00+08:00 send; "
        "REPLIED 2026-11-22T14:30:00+08:00 webhook\"\n");
    CHECK(
        recipients(ReportFormat::table, {replied()}) ==
        "PHONE        DEVICE STATUS  WHEN             SOURCE  DETAIL\n"
        "+60123456789 5850   PENDING 2026-11-22 14:28 send    \n"
        "                    REPLIED 2026-11-22 14:30 webhook =berapa?\n");
}

TEST_CASE("a recipient that is not sent to has a line for where it stands") {
    RecipientRecord record;
    record.recipient = aminah();
    record.recipient.status = "QUEUED";
    record.recipient.at.reset();
    record.recipient.device.clear();
    CHECK(
        recipients(ReportFormat::table, {record}) ==
        "PHONE        DEVICE STATUS WHEN SOURCE DETAIL\n"
        "+60123456789        QUEUED      now    \n");
    const Json list = Json::parse(recipients(ReportFormat::json, {record}));
    CHECK(list[0]["sent_at"].is_null());
    CHECK(list[0]["history"].empty());
}

TEST_CASE("a comparison as json has the arms whole and the worth of each difference") {
    ComparedArm first{"A", *example().blast, std::nullopt, "", example().counts};
    ComparedArm second = first;
    second.name = "B";
    second.variant = 2;
    second.message = "Hi {{name}}";
    second.counts.replied = 90;
    ComparedArm empty;
    empty.name = "C";
    const Json document = Json::parse(comparison_json({first, second, empty}, zone));
    CHECK(document["arms"][0]["name"] == "A");
    CHECK(document["arms"][0]["blast_id"] == 1);
    CHECK(document["arms"][0]["funnel"]["sent"] == 250);
    CHECK(document["arms"][1]["message"] == "Hi {{name}}");
    const Json& replies = document["comparison"][2];
    CHECK(replies["stage"] == "replied");
    CHECK(replies["rates"][0] == 0.2);
    CHECK(replies["rates"][2].is_null());
    CHECK(replies["differences"][0]["arm"] == "B");
    CHECK(replies["differences"][0]["against"] == "A");
    CHECK(replies["differences"][0]["significant"] == true);
    CHECK(replies["differences"][1].is_null());
}

TEST_CASE("a comparison as csv has a row for each stage and arm") {
    ComparedArm first{"A", *example().blast, std::nullopt, "", example().counts};
    ComparedArm second = first;
    second.name = "B";
    second.blast.tag = "=cmd";
    const std::string text = comparison_csv({first, second});
    CHECK(std::count(text.begin(), text.end(), '\n') == 7);
    CHECK_THAT(text, Contains("Read,A,\"blast 1, raya-2026 / Initial\",180,250,0.720000,,,,,,\n"));
    CHECK_THAT(text, Contains("false,there is no difference\n"));
}
