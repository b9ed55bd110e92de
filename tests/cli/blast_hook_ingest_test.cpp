// Captured events: blast-hook --ingest, and what it leaves for people: blast-hook --inbox.
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_database.hpp"
#include "support/terminal_process.hpp"
#include "support/tracked_blast.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <sys/stat.h>

using blast::test::counter_mistake;
using blast::test::Environment;
using blast::test::MessageFixture;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::TerminalProcess;
using blast::test::TrackedBlast;
using blast::test::wait_until;
using nlohmann::json;

namespace {

struct Ingest {
    TemporaryDatabase database;
    Environment environment{
        {"DATABASE_URL", database.url()},
        {"BLAST_HOOK_SECRET", ""},
        {"BLAST_TIMEZONE", "Asia/Kuala_Lumpur"},
        {"XDG_CONFIG_HOME", "/nonexistent"}};

    ProcessResult run(std::vector<std::string> arguments, const std::string& input = {}) const {
        arguments.insert(arguments.begin(), "blast-hook");
        return blast::test::run(arguments, environment, input);
    }
    /// The summary of an ingest of these lines that went well.
    json take_in(const std::string& lines) const {
        const ProcessResult result = run({"--ingest", "-", "--format", "json"}, lines);
        INFO(result.err);
        CHECK(result.exit_code == 0);
        return json::parse(result.out);
    }
    std::string value(const std::string& sql) { return database.value(sql); }
};

std::string receipt(const std::string& id, const std::string& status) {
    return fmt::format(R"({{"messageId":"{}","status":"{}"}})", id, status) + "\n";
}

} // namespace

TEST_CASE("captured events are applied once, however often they are ingested") {
    Ingest ingest;
    TrackedBlast blast(ingest.database, "tag");
    blast.add_many(3, 60);
    const TemporaryFolder folder;
    const std::string path = folder.write(
        "events.jsonl", receipt("tag-1", "DELIVERY_ACK") + "\r\n" + "  \n" +
                            receipt("tag-2", "READ_ACK") + receipt("tag-1", "DELIVERY_ACK") +
                            R"({"messageId":"tag-3","status":"READ"})");
    const ProcessResult first = ingest.run({"--ingest", path, "--format", "json"});
    CHECK(first.exit_code == 0);
    CHECK(first.err.empty());
    CHECK(
        json::parse(first.out) == json{
                                      {"events", 4},
                                      {"applied", 3},
                                      {"repeats", 1},
                                      {"kept", 0},
                                      {"opted_out", 0},
                                      {"waiting", 0}});
    const ProcessResult second = ingest.run({"--ingest", path, "--format", "json"});
    CHECK(json::parse(second.out)["repeats"] == 4);
    CHECK(json::parse(second.out)["applied"] == 0);
    CHECK(
        ingest.value("SELECT string_agg(status, ' ' ORDER BY id) FROM blast_recipients") ==
        "DELIVERY_ACK READ_ACK READ_ACK");
    CHECK(ingest.value("SELECT count(*) FROM status_history WHERE source = 'webhook'") == "3");
    CHECK(counter_mistake(ingest.database).empty());
    CHECK(ingest.run({"--ingest", path}).out.find("took in 4 event(s)") == 0);
}

TEST_CASE("events in every order, each twice, end at the same status") {
    Ingest ingest;
    TrackedBlast blast(ingest.database, "tag");
    std::vector<int> order{0, 1, 2, 3};
    std::string lines;
    const std::string now = ingest.value("SELECT floor(date_part('epoch', now()))");
    int orders = 0;
    do {
        ++orders;
        const std::string phone = fmt::format("6012{}", 3'000'000 + orders);
        const std::string id = fmt::format("m{}", orders);
        blast.add(MessageFixture{"+" + phone, id});
        const std::string reply =
            fmt::format(R"({{"message":"ok","from":"{}@c.us","timestamp":{}}})", phone, now) + "\n";
        const std::vector<std::string> events{
            receipt(id, "SERVER_ACK"), receipt(id, "DELIVERY_ACK"), receipt(id, "READ_ACK"), reply};
        for (int round = 0; round < 2; ++round) {
            for (const int event : order)
                lines += events[static_cast<std::size_t>(event)];
        }
    } while (std::next_permutation(order.begin(), order.end()));
    const json summary = ingest.take_in(lines);
    CHECK(summary["events"] == 8 * orders);
    CHECK(summary["repeats"] == 4 * orders);
    CHECK(ingest.value("SELECT count(*) FROM blast_recipients WHERE status <> 'REPLIED'") == "0");
    CHECK(
        ingest.value("SELECT count(*) FROM (SELECT recipient_id, status FROM status_history"
                     " GROUP BY 1, 2 HAVING count(*) > 1) AS twice") == "0");
    CHECK(counter_mistake(ingest.database).empty());
}

TEST_CASE("lines that are no events are kept, whatever they are, and sink none of the others") {
    Ingest ingest;
    TrackedBlast blast(ingest.database, "tag");
    blast.add_many(2, 60);
    const json summary = ingest.take_in(
        receipt("tag-1", "READ") + "garbage\n" + std::string("a\0b\xFF\n", 5) +
        R"({"messageId":"huge","status":"READ","x":")" + std::string(3'000'000, 'x') + "\"}\n" +
        std::string(100'000, '[') + "\n" + receipt("tag-2", "READ"));
    CHECK(summary["events"] == 6);
    CHECK(summary["applied"] == 2);
    CHECK(summary["kept"] == 4);
    CHECK(ingest.value("SELECT max(length(body)) FROM webhook_inbox") == "65536");
    CHECK(ingest.take_in("")["events"] == 0);
}

TEST_CASE("events that come through a pipe are applied as they come, and a signal ends the wait") {
    Ingest ingest;
    TrackedBlast blast(ingest.database, "tag");
    blast.add_many(1, 60);
    const TemporaryFolder folder;
    const std::string pipe = folder.path() + "/events";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    // Opened for both, so that neither side waits for the other.
    std::fstream writer(pipe);
    Process process({"blast-hook", "--ingest", pipe, "--format", "json"}, ingest.environment);
    writer << receipt("tag-1", "READ") << std::flush;
    wait_until("the event to be applied", [&] {
        return ingest.value("SELECT status FROM blast_recipients") == "READ_ACK";
    });
    writer << R"({"messageId":"cut sho)" << std::flush;
    process.signal(SIGTERM);
    const ProcessResult result = process.wait();
    CHECK(result.exit_code == 143);
    CHECK(json::parse(result.out)["events"] == 1);
    CHECK(result.err.find("run it again") != std::string::npos);
    CHECK(ingest.value("SELECT count(*) FROM webhook_inbox") == "1");
}

TEST_CASE("the inbox lists what waits and what is kept, as table, json and csv") {
    Ingest ingest;
    CHECK(json::parse(ingest.run({"--inbox", "--format", "json"}).out) == json::array());
    TrackedBlast blast(ingest.database, "tag");
    blast.add_many(1, 60);
    const json message{
        {"message", "=cmd()"}, {"from", "60123456789@c.us"}, {"timestamp", 1768716040}};
    const std::string formula = "=2+5\x1B[31m";
    ingest.take_in(
        receipt("tag-1", "READ") + receipt("foreign", "READ") + message.dump() + "\n" + formula +
        "\n");
    const json events = json::parse(ingest.run({"--inbox", "--format", "json"}).out);
    REQUIRE(events.size() == 3);
    std::map<std::string, json> by_kind;
    for (const json& event : events)
        by_kind[event["kind"]] = event;
    CHECK(by_kind["status"]["state"] == "WAITING");
    CHECK(by_kind["status"]["message_id"] == "foreign");
    CHECK(by_kind["status"]["phone"] == nullptr);
    CHECK(by_kind["message"]["state"] == "WAITING");
    CHECK(by_kind["message"]["phone"] == "+60123456789");
    CHECK(by_kind["unknown"]["state"] == "KEPT");
    CHECK(by_kind["unknown"]["body"] == formula);
    CHECK(events[0]["received_at"].get<std::string>().find("+08:00") != std::string::npos);

    const ProcessResult csv = ingest.run({"--inbox", "--format", "csv"});
    CHECK(csv.out.rfind("id,received_at,state,kind,phone,message_id,repeats,reason,body", 0) == 0);
    CHECK(csv.out.find(",+60123456789,") != std::string::npos);
    CHECK(csv.out.find(",=2+5") == std::string::npos); // no formula for a spreadsheet
    CHECK(csv.out.find('\x1B') == std::string::npos);
    const ProcessResult table = ingest.run({"--inbox"});
    CHECK(table.exit_code == 0);
    CHECK(table.out.find("RECEIVED") != std::string::npos);
    CHECK(table.out.find('\x1B') == std::string::npos);
    CHECK(ingest.run({"--inbox", "--format", "svg"}).exit_code == 2);
}

TEST_CASE("in a terminal the inbox fits the width, and what is cut ends in an ellipsis") {
    Ingest ingest;
    const std::string body =
        "no event at all, but a text that is wider than any terminal " + std::string(100, 'x');
    ingest.take_in(body + "\n");
    Environment environment = ingest.environment;
    environment["LC_ALL"] = "C.UTF-8";
    environment["COLUMNS"] = "";
    TerminalProcess terminal({"blast-hook", "--inbox"}, environment, {80, 24});
    const ProcessResult result = terminal.wait();
    CHECK(result.exit_code == 0);
    CHECK(result.out.find("no event at") != std::string::npos);
    CHECK(result.out.find("…\r\n") != std::string::npos);
    CHECK(ingest.run({"--inbox"}).out.find(body + "\n") != std::string::npos);
}
