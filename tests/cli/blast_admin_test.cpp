#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/tracked_blast.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace blast::test;
using nlohmann::json;

namespace {

/// blast-admin on a database of its own, with none of the tester's settings.
class Admin {
public:
    ProcessResult run(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), "blast-admin");
        return blast::test::run(
            arguments,
            {{"DATABASE_URL", database.url()},
             {"WSAPME_USER_TOKEN", ""},
             {"BLAST_TIMEZONE", "Asia/Kuala_Lumpur"},
             {"BLAST_REGION", ""},
             {"XDG_CONFIG_HOME", "/nonexistent"}},
            input);
    }

    /// What a successful run prints with --format json.
    json document(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.end(), {"--format", "json"});
        const ProcessResult result = run(arguments, input);
        CAPTURE(result.err);
        REQUIRE(result.exit_code == 0);
        return json::parse(result.out);
    }

    /// The one line of a run that was refused.
    std::string
    refusal(const std::vector<std::string>& arguments, const std::string& input = {}) const {
        const ProcessResult result = run(arguments, input);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK_THAT(result.err, StartsWith("blast-admin: "));
        return result.err;
    }

    static std::int64_t
    add(TrackedBlast& blast, const std::string& phone, const std::string& state) {
        AttemptFixture row;
        row.phone = phone;
        row.state = state;
        row.attempted = state != "QUEUED";
        return blast.add(row);
    }

    mutable TemporaryDatabase database;
};

bool is_one_line(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') == 1;
}

} // namespace

TEST_CASE("opt-out add, list and remove take numbers as people write them") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    Admin::add(blast, "+60123456789", "QUEUED");
    CHECK(
        admin.document(
            {"opt-out", "add", "012-345 6789", "+60123456789", "60198765432", "--reason",
             "=asked"}) ==
        json(
            {{"added", 2}, {"listed_before", 0}, {"dropped", 1}, {"on_their_way", json::array()}}));
    const json list = admin.document({"opt-out", "list"});
    REQUIRE(list.size() == 2);
    CHECK(list[0].at("phone") == "+60123456789");
    CHECK(list[0].at("source") == "manual");
    CHECK(list[0].at("reason") == "=asked");
    CHECK_THAT(list[0].at("opted_out_at").get<std::string>(), EndsWith("+08:00"));
    const ProcessResult csv = admin.run({"opt-out", "list", "--format", "csv"});
    CHECK_THAT(
        csv.out, StartsWith("phone,opted_out_at,source,reason\n+60123456789,") &&
                     Contains(",manual,'=asked\n"));
    CHECK_THAT(admin.run({"opt-out", "list"}).out, StartsWith("PHONE") && Contains("+60198765432"));
    CHECK(
        admin.document({"opt-out", "remove", "0123456789", "01112223333"}) ==
        json({{"removed", 1}, {"not_listed", {"+601112223333"}}}));
    CHECK(counter_mistake(admin.database).empty());
}

TEST_CASE("opt-out and cancel name the messages that may already be on their way") {
    const Admin admin;
    TrackedBlast first(admin.database);
    TrackedBlast second(admin.database, "other");
    AttemptFixture sending;
    sending.phone = "+60123456789";
    sending.state = "SENDING";
    sending.ended_ago = -60;
    first.add(sending);
    second.add(sending);
    sending.phone = "+60198765432";
    sending.ended_ago = 5; // by a sender that died
    second.add(sending);
    const std::string of_both = "2 messages may already be on their way: blast " +
                                std::to_string(first.id()) + ", +60123456789; blast " +
                                std::to_string(second.id()) + ", +60123456789\n";
    CHECK_THAT(admin.run({"opt-out", "add", "012-345 6789", "0198765432"}).out, Contains(of_both));
    const std::string id = std::to_string(second.id());
    CHECK_THAT(
        admin.run({"cancel", id}).out,
        Contains("1 message may already be on its way: blast " + id + ", +60123456789\n"));
    CHECK(
        admin.document({"cancel", id}).at("on_their_way") ==
        json::array({{{"blast_id", second.id()}, {"phone", "+60123456789"}}}));
}

TEST_CASE("opt-out list of nothing is an empty document") {
    const Admin admin;
    CHECK(admin.document({"opt-out", "list"}) == json::array());
    CHECK(
        admin.run({"opt-out", "list", "--format", "csv"}).out ==
        "phone,opted_out_at,source,reason\n");
}

TEST_CASE("opt-out with a number that is none changes nothing") {
    const Admin admin;
    const std::string refusal = admin.refusal({"opt-out", "add", "0123456789", "not-a-phone"});
    CHECK_THAT(refusal, Contains("'not-a-phone' is not a phone number"));
    CHECK(is_one_line(refusal));
    CHECK(admin.database.value("SELECT count(*) FROM opt_outs") == "0");
}

TEST_CASE("opt-out import takes a list over from a file or standard input") {
    const Admin admin;
    const TemporaryFolder folder;
    const std::string list =
        folder.write("stop.csv", "Name;Mobile;Reason\nAnn;012-3456789;moved\nBen;+60198765432;\n");
    CHECK(
        admin.document({"opt-out", "import", list}) == json(
                                                           {{"added", 2},
                                                            {"listed_before", 0},
                                                            {"dropped", 0},
                                                            {"on_their_way", json::array()},
                                                            {"invalid", 0}}));
    CHECK(
        admin.database.value(
            "SELECT source || ' ' || reason FROM opt_outs WHERE phone_number = '+60123456789'") ==
        "import moved");
    CHECK(
        admin.document({"opt-out", "import", "-"}, "phone\n0123456789\n0121111111\n").at("added") ==
        1);
}

TEST_CASE("opt-out import takes a plain list of numbers, without a header row") {
    const Admin admin;
    CHECK(
        admin.document({"opt-out", "import", "-"}, "012-345 6789\n0121111111\n").at("added") == 2);
    const std::string refusal =
        admin.refusal({"opt-out", "import", "-"}, "+60129999999,moved\n12,\n");
    CHECK_THAT(
        refusal, Contains("1 of 2 rows cannot be imported") && Contains("standard input:2: "));
    CHECK(admin.database.value("SELECT count(*) FROM opt_outs") == "2");
}

TEST_CASE("opt-out import refuses bad rows, all of them listed, or leaves them out when told to") {
    const Admin admin;
    const std::string csv = "phone\n0123456789\n6.01E+10\n12\n";
    const std::string refusal = admin.refusal({"opt-out", "import", "-"}, csv);
    CHECK_THAT(
        refusal, Contains("2 of 3 rows cannot be imported") && Contains("standard input:3: ") &&
                     Contains("standard input:4: "));
    CHECK(admin.database.value("SELECT count(*) FROM opt_outs") == "0");
    const json skipped = admin.document({"opt-out", "import", "-", "--skip-invalid"}, csv);
    CHECK(skipped.at("added") == 1);
    CHECK(skipped.at("invalid") == 2);
}

TEST_CASE("resolve queues an UNCONFIRMED recipient again or drops it, and says how to go on") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    Admin::add(blast, "+60123456789", "UNCONFIRMED");
    Admin::add(blast, "+60198765432", "UNCONFIRMED");
    const std::string id = std::to_string(blast.id());
    const ProcessResult unsent = admin.run({"resolve", id, "0123456789", "unsent"});
    CHECK(unsent.exit_code == 0);
    CHECK_THAT(
        unsent.out, Contains("+60123456789 is QUEUED") && Contains("blast-send --resume " + id));
    CHECK(
        admin.document({"resolve", id, "0198765432", "sent"}) ==
        json({{"blast_id", blast.id()}, {"phone", "+60198765432"}, {"state", "DROPPED"}}));
    CHECK_THAT(
        admin.refusal({"resolve", id, "0123456789", "sent"}),
        Contains("is QUEUED") && Contains("+6012***6789"));
    CHECK_THAT(admin.refusal({"resolve", id, "0121111111", "sent"}), Contains("has no recipient"));
    CHECK_THAT(
        admin.refusal({"resolve", "99", "0121111111", "sent"}), Contains("there is no blast 99"));
    CHECK(counter_mistake(admin.database).empty());
}

TEST_CASE("cancel asks before it drops, and without a terminal wants --yes") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    Admin::add(blast, "+60123456789", "QUEUED");
    const std::string id = std::to_string(blast.id());
    CHECK_THAT(admin.refusal({"cancel", id}, "y\n"), Contains("--yes"));
    CHECK(admin.database.value("SELECT state FROM blast_outbox") == "QUEUED");
    CHECK(
        admin.document({"cancel", id, "--yes"}) == json(
                                                       {{"blast_id", blast.id()},
                                                        {"dropped", 1},
                                                        {"sent", 0},
                                                        {"sending", 0},
                                                        {"on_their_way", json::array()}}));
    CHECK(admin.document({"cancel", id}).at("dropped") == 0);
    CHECK_THAT(admin.refusal({"cancel", "99", "--yes"}), Contains("there is no blast 99"));
}

TEST_CASE("forget erases a person, and says what becomes of the opt-out") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    MessageFixture message;
    message.phone = "+60123456789";
    message.message_id = "A";
    blast.add(message);
    CHECK_THAT(admin.refusal({"forget", "0123456789"}), Contains("--yes"));
    CHECK(admin.database.value("SELECT phone_number FROM blast_recipients") == "+60123456789");
    const ProcessResult erased = admin.run({"forget", "0123456789", "--yes"});
    CHECK(erased.exit_code == 0);
    CHECK_THAT(erased.out, Contains("erased: 1 recipients") && Contains("not on the opt-out list"));
    CHECK(
        admin.database.value("SELECT phone_number IS NULL AND erased_at > now() - interval '1 h' "
                             "FROM blast_recipients") == "t");
    admin.run({"opt-out", "add", "0123456789"});
    CHECK(
        admin.document({"forget", "0123456789", "--yes"}) ==
        json({{"recipients", 0}, {"events", 0}, {"opted_out", true}}));
    CHECK(admin.database.value("SELECT count(*) FROM opt_outs") == "1");
}

TEST_CASE("forget leaves all as it was when a sender takes the person at that moment") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    Admin::add(blast, "+60123456789", "QUEUED");
    admin.database.query(
        "BEGIN; UPDATE blast_outbox SET state = 'SENDING', attempt_id = gen_random_uuid(),"
        " lease_until = now() + interval '1 minute'");
    Process forget(
        {"blast-admin", "forget", "0123456789", "--yes"},
        {{"DATABASE_URL", admin.database.url()}, {"XDG_CONFIG_HOME", "/nonexistent"}});
    wait_until("the row that forget waits for", [&] {
        return admin.database.value(
                   "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))") !=
               "0";
    });
    admin.database.query("COMMIT");
    const ProcessResult refused = forget.wait();
    CHECK(refused.exit_code == 2);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, Contains("a message to '+6012***6789' is being sent right now"));
    CHECK(admin.database.value("SELECT phone_number FROM blast_outbox") == "+60123456789");
}

TEST_CASE("opt-out remove and forget take a number as the webhook wrote it down") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    MessageFixture message;
    message.phone = "+525512345678";
    message.jid_phone = "+5215512345678";
    message.message_id = "A";
    blast.add(message);
    const std::string listed = "INSERT INTO opt_outs (phone_number, source) VALUES"
                               " ('+5215512345678', 'webhook')";
    admin.database.query(listed);
    CHECK(
        admin.document({"opt-out", "remove", "+5215512345678"}) ==
        json({{"removed", 1}, {"not_listed", json::array()}}));
    CHECK(
        admin.document({"opt-out", "remove", "+525512345678"}) ==
        json({{"removed", 0}, {"not_listed", {"+525512345678"}}}));
    admin.database.query(
        listed + "; INSERT INTO webhook_inbox (digest, body, kind, state, phone_number) VALUES"
                 " ('a', '5215512345678@c.us', 'message', 'WAITING', '+5215512345678')");
    CHECK(
        admin.document({"forget", "+52 55 1234 5678", "--yes"}) ==
        json({{"recipients", 1}, {"events", 1}, {"opted_out", true}}));
    CHECK(
        admin.document({"forget", "+5215512345678", "--yes"}) ==
        json({{"recipients", 0}, {"events", 0}, {"opted_out", true}}));
}

TEST_CASE("close records sales with amounts and dates, once, and lists those without a message") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    for (const char* const phone : {"+60123456789", "+60198765432"}) {
        MessageFixture message;
        message.phone = phone;
        message.message_id = phone;
        blast.add(message);
    }
    admin.database.query("UPDATE blast_recipients SET sent_at = '2026-11-22 10:00+08'");
    const TemporaryFolder folder;
    const std::string csv = folder.write(
        "sales.csv",
        "Phone,Amount,Date\n012-3456789,1200.50,2026-11-22\n0198765432,,2026-11-22 11:30\n0121111111,5,2026-11-23\n"
        "0123456789,9,2026-11-21\n");
    const json first = admin.document({"close", "--csv", csv});
    CHECK(first.at("closed") == 2);
    CHECK(
        first.at("unmatched") ==
        json::array(
            {{{"line", 4}, {"phone", "+60121111111"}}, {{"line", 5}, {"phone", "+60123456789"}}}));
    CHECK(
        admin.database.value(
            "SELECT string_agg(coalesce(purchase_amount::text, '-') || ' ' || "
            "to_char(purchased_at AT TIME ZONE 'Asia/Kuala_Lumpur', 'DD HH24:MI'), ', ' ORDER BY id) FROM blast_recipients") ==
        "1200.50 22 10:00, - 22 11:30");
    const ProcessResult again = admin.run({"close", "--csv", csv});
    CHECK_THAT(
        again.out, StartsWith("4 sales: 0 closed now, 2 closed before, 2 without a message") &&
                       Contains("sales.csv:4: "));
    CHECK(admin.database.value("SELECT sum(closed) FROM blast_counters") == "2");
}

TEST_CASE("close refuses amounts and dates that cannot be read, and changes nothing") {
    const Admin admin;
    TrackedBlast blast(admin.database);
    MessageFixture message;
    message.phone = "+60123456789";
    message.message_id = "A";
    blast.add(message);
    const std::string refusal = admin.refusal(
        {"close", "--csv", "-"},
        "phone,amount,date\n0123456789,1,\n0123456789,\"1,200\",\n0123456789,RM5,\n0123456789,1,22/11/2026\nabc,1,\n");
    CHECK_THAT(refusal, Contains("4 of 5 rows cannot be closed"));
    for (const char* const words :
         {"input:3: \"1,200\" is not an amount", "input:4: \"RM5\"", "input:5: date: '22/11/2026'",
          "input:6: \"abc\""}) {
        CHECK_THAT(refusal, Contains(words));
    }
    CHECK(
        admin.database.value(
            "SELECT count(*) FROM blast_recipients WHERE purchased_at IS NOT NULL") == "0");
    CHECK_THAT(admin.refusal({"close", "--csv", "/no/such.csv"}), Contains("/no/such.csv"));
    CHECK_THAT(admin.refusal({"close", "--csv", "-"}, "name\nAnn\n"), Contains("name"));
}

TEST_CASE("Every command refuses a database without the schema, and says what to run") {
    const auto database = TemporaryDatabase::without_schema();
    const std::vector<std::vector<std::string>> commands{{"opt-out", "list"},
                                                         {"opt-out", "add", "0123456789"},
                                                         {"resolve", "1", "0123456789", "sent"},
                                                         {"cancel", "1"},
                                                         {"forget", "0123456789"},
                                                         {"close", "--csv", "-"}};
    for (std::vector<std::string> command : commands) {
        command.insert(command.begin(), "blast-admin");
        const ProcessResult result = blast::test::run(
            command, {{"DATABASE_URL", database->url()}, {"XDG_CONFIG_HOME", "/nonexistent"}},
            "phone\n");
        CAPTURE(command, result.err);
        CHECK(result.exit_code == 3);
        CHECK_THAT(result.err, Contains("blast-admin migrate"));
        CHECK(is_one_line(result.err));
    }
}
