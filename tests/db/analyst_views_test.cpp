// The views that an analyst finds in psql, Metabase or Grafana.
#include "blast/store/connection.hpp"
#include "blast/store/erasure_store.hpp"
#include "blast/store/report_store.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

#include <fmt/format.h>

using namespace blast;
using namespace blast::test;

namespace {

const std::string ann = "+60123456789";
const std::string ben = "+60123456780";
const std::string cat = "+60123456781";
const std::string dan = "+60123456782";

/// Two blasts of one campaign and one of another, with recipients at every state. Ann is in all of them.
struct Scene {
    TemporaryDatabase database;
    TrackedBlast initial{database, "raya"};
    TrackedBlast reminder{database, "raya"};
    TrackedBlast other{database, "hari"};

    Scene() {
        message(initial, ann, "REPLIED");
        message(initial, ben, "PENDING");
        message(initial, cat, "DELIVERY_ACK");
        attempt(initial, dan, "FAILED");
        message(reminder, ann, "PENDING");
        message(reminder, ben, "READ_ACK");
        message(other, ann, "DELIVERY_ACK");
        attempt(other, ben, "UNCONFIRMED");
        attempt(other, cat, "SENDING");
        attempt(other, dan, "DROPPED");
        AttemptFixture queued;
        queued.phone = "+60123456783";
        queued.state = "QUEUED";
        queued.attempted = false;
        other.add(queued);
        database.query(
            "UPDATE blast_recipients SET replied_at = now(), reply_text = 'Ya' WHERE status = 'REPLIED'");
    }

    static void message(TrackedBlast& blast, const std::string& phone, const std::string& status) {
        MessageFixture row{phone, phone + status};
        row.status = status;
        blast.add(row);
    }
    static void attempt(TrackedBlast& blast, const std::string& phone, const std::string& state) {
        AttemptFixture row{phone};
        row.state = state;
        blast.add(row);
    }

    /// A row of a view as text: "(1,2,)".
    std::string row(const std::string& columns, const std::string& from) {
        return database.value(fmt::format("SELECT ({})::text FROM {}", columns, from));
    }
};

} // namespace

TEST_CASE("the funnel of a blast is what counting its rows gives") {
    Scene scene;
    REQUIRE(counter_mistake(scene.database).empty());
    for (const TrackedBlast* const blast : {&scene.initial, &scene.reminder, &scene.other}) {
        CAPTURE(blast->id());
        const std::string counted = scene.row(
            "count(*), count(*) FILTER (WHERE status != 'PENDING'), "
            "count(*) FILTER (WHERE status IN ('READ_ACK', 'REPLIED')), "
            "count(*) FILTER (WHERE status = 'REPLIED')",
            fmt::format("blast_recipients WHERE blast_id = {}", blast->id()));
        CHECK(
            scene.row(
                "sent, received, read, replied",
                fmt::format("blast_funnel WHERE blast_id = {}", blast->id())) == counted);
        CHECK(
            scene.database.value(fmt::format(
                "SELECT recipients = (SELECT count(*) FROM blast_people p WHERE p.blast_id = f.blast_id)"
                " FROM blast_funnel f WHERE blast_id = {}",
                blast->id())) == "t");
    }
    CHECK(
        scene.row(
            "blast_tag, recipients, sent, queued, sending, failed, unconfirmed, dropped",
            fmt::format("blast_funnel WHERE blast_id = {}", scene.other.id())) ==
        "(hari,5,1,1,1,0,1,1)");
    scene.database.query(
        "INSERT INTO blasts (id, blast_tag, messages, devices) VALUES (9, 'new', '[]', '{}')");
    CHECK(scene.row("recipients, sent", "blast_funnel WHERE blast_id = 9") == "(0,0)");
}

TEST_CASE("a campaign counts each person once, at the furthest stage of any of its blasts") {
    Scene scene;
    const std::string counts = "people, sent, received, read, replied, closed";
    CHECK(scene.row(counts, "campaign_funnel WHERE blast_tag = 'raya'") == "(4,3,3,2,1,0)");
    CHECK(scene.row(counts, "campaign_funnel WHERE blast_tag = 'hari'") == "(5,1,1,0,0,0)");
    scene.database.query(
        "UPDATE blast_recipients SET purchased_at = now() WHERE phone_number = '" + ben + "'");
    CHECK(scene.row(counts, "campaign_funnel WHERE blast_tag = 'raya'") == "(4,3,3,2,1,1)");
    Connection connection(scene.database.url());
    REQUIRE(erase_person(connection, {cat}));
    REQUIRE(erase_person(connection, {dan}));
    CHECK(scene.row(counts, "campaign_funnel WHERE blast_tag = 'raya'") == "(4,3,3,2,1,1)");
}

TEST_CASE("people are all of a blast's, sent to or not, in one shape") {
    Scene scene;
    CHECK(
        scene.database.value(
            "SELECT string_agg(state, ' ' ORDER BY id) FROM blast_people WHERE blast_id = " +
            std::to_string(scene.initial.id())) == "REPLIED PENDING DELIVERY_ACK FAILED");
    CHECK(
        scene.database.value(
            "SELECT count(*) FROM blast_people WHERE (message_id IS NULL) <> (accepted_at IS NULL)") ==
        "0");
    CHECK(
        scene.row("phone_number, reply_text, blast_tag", "blast_replies") ==
        "(" + ann + ",Ya,raya)");
}

TEST_CASE("timings are those of the report, and NULL where nothing is known") {
    Scene scene;
    scene.database.query(fmt::format(
        "UPDATE blast_recipients SET status = 'READ_ACK', accepted_at = to_timestamp(1795328880),"
        " delivered_at = to_timestamp(1795328870.5), read_timestamp = to_timestamp(1795329880.9)"
        " WHERE blast_id = {} AND phone_number = '{}'",
        scene.reminder.id(), ben));
    CHECK(
        scene.row(
            "seconds_to_delivered, seconds_to_read, seconds_to_replied",
            fmt::format(
                "blast_timing WHERE blast_id = {} AND seconds_to_read IS NOT NULL",
                scene.reminder.id())) == "(0,1000,)");
    Connection connection(scene.database.url());
    ReportStore reports(connection);
    BlastFilter filter;
    filter.id = scene.reminder.id();
    CHECK(reports.funnel(filter).seconds_to.read.p50 == 1000);
}
