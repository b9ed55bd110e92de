// blast-hook as a service manager sees it: how it starts, stops and speaks.
#include "support/catch.hpp"
#include "support/temporary_database.hpp"
#include "support/tracked_blast.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <system_error>

using blast::test::AttemptFixture;
using blast::test::HttpClient;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;
using blast::test::wait_until;
using blast::test::WebhookService;

namespace {

constexpr const char* receipt = R"({"messageId":"a","status":"READ"})";

void wait_for_closed_door(const WebhookService& hook) {
    wait_until("the server to stop listening", [&] {
        try {
            return HttpClient(hook.url()).get("/healthz").status == 0;
        } catch (const std::system_error&) {
            return true;
        }
    });
}

} // namespace

TEST_CASE("SIGTERM ends the server cleanly: what has begun is taken in and answered") {
    TemporaryDatabase database;
    WebhookService hook(database.url());
    HttpClient idle(hook.url());
    CHECK(idle.get("/healthz").status == 200);
    const std::string body = receipt;
    HttpClient begun(hook.url());
    begun.send_raw(fmt::format(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", WebhookService::path(),
        body.size()));
    begun.send_raw(body.substr(0, 5));
    // The server has read the request's head when it answers one that came later.
    CHECK(hook.post(R"({"messageId":"b","status":"READ"})").status == 200);
    hook.process().signal(SIGTERM);
    wait_for_closed_door(hook);
    CHECK(hook.process().running());
    begun.send_raw(body.substr(5));
    CHECK(begun.finish().status == 200);
    const ProcessResult result = hook.process().wait();
    CHECK(result.exit_code == 143);
    CHECK(result.err.find("stopped, after 2 event(s)") != std::string::npos);
    CHECK(database.value("SELECT count(*) FROM webhook_inbox") == "2");
}

TEST_CASE("a second signal does not wait for what has begun") {
    TemporaryDatabase database;
    WebhookService hook(database.url());
    HttpClient begun(hook.url());
    begun.send_raw(
        "POST " + WebhookService::path() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12");
    CHECK(hook.health() == 200);
    hook.process().signal(SIGINT);
    wait_for_closed_door(hook);
    hook.process().signal(SIGINT);
    CHECK(hook.process().wait(std::chrono::seconds(8)).exit_code == 130);
}

TEST_CASE("a port alone is one of the loopback address") {
    TemporaryDatabase database;
    Process process(
        {"blast-hook", "--listen", "0"}, {{"BLAST_HOOK_SECRET", WebhookService::secret()},
                                          {"DATABASE_URL", database.url()},
                                          {"XDG_CONFIG_HOME", "/nonexistent"}});
    wait_until("blast-hook to listen", [&] {
        REQUIRE(process.running());
        return process.err().find("listening on http://127.0.0.1:") != std::string::npos;
    });
    CHECK(process.err().find("warning") == std::string::npos);
}

TEST_CASE("blast-hook says in one line why it cannot start, and never the secret") {
    TemporaryDatabase database;
    const auto empty = TemporaryDatabase::without_schema();
    const WebhookService other(database.url());
    const std::string taken = other.url().substr(std::string("http://").size());
    const std::string& secret = WebhookService::secret();
    struct Wrong {
        std::vector<std::string> arguments;
        std::string secret;
        std::string database;
        int exit_code;
        std::string says;
    };
    const std::string free_port = "127.0.0.1:0";
    const std::vector<Wrong> table{
        {{}, secret, database.url(), 2, "--listen"},
        {{"--listen", free_port, "--inbox"}, secret, database.url(), 2, "do not go together"},
        {{"--listen", free_port}, "", database.url(), 2, "BLAST_HOOK_SECRET is not set"},
        {{"--listen", free_port}, secret.substr(0, 31), database.url(), 2, "32 characters"},
        {{"--listen", free_port}, secret + "/?", database.url(), 2, "a URL cannot hold"},
        {{"--listen", free_port}, secret, "", 2, "DATABASE_URL"},
        {{"--listen", "80800"}, secret, database.url(), 2, "80800"},
        {{"--listen", ":8080"}, secret, database.url(), 2, ":8080"},
        {{"--listen", "example.com:80"}, secret, database.url(), 2, "example.com"},
        {{"--listen", taken}, secret, database.url(), 2, "cannot listen on"},
        {{"--listen", free_port}, secret, empty->url(), 3, "blast-admin migrate"},
        {{"--listen", free_port}, secret, "postgresql://127.0.0.1:9/none", 3, ""},
        {{"--listen", free_port, "--attribution", "0s"}, secret, database.url(), 2, "too short"},
        {{"--listen", free_port, "--opt-out-word", "!!"}, secret, database.url(), 2, "!!"},
        {{"--ingest", "/nowhere.jsonl"}, "", database.url(), 2, "/nowhere.jsonl"},
        {{"--ingest", "/tmp"}, "", database.url(), 2, "/tmp"},
    };
    for (const Wrong& wrong : table) {
        std::vector<std::string> command{"blast-hook"};
        command.insert(command.end(), wrong.arguments.begin(), wrong.arguments.end());
        const ProcessResult result = blast::test::run(
            command, {{"BLAST_HOOK_SECRET", wrong.secret},
                      {"DATABASE_URL", wrong.database},
                      {"XDG_CONFIG_HOME", "/nonexistent"}});
        CAPTURE(wrong.says, wrong.arguments, result.err);
        CHECK(result.exit_code == wrong.exit_code);
        CHECK(result.out.empty());
        CHECK(result.err.find(wrong.says) != std::string::npos);
        CHECK(result.err.rfind("blast-hook: ", 0) == 0);
        CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
        CHECK(result.err.find(secret.substr(0, 20)) == std::string::npos);
    }
}

TEST_CASE(
    "a STOP that comes while a message may be on its way is told in the log, the phone masked") {
    TemporaryDatabase database;
    TrackedBlast blast(database);
    AttemptFixture sending;
    sending.phone = "+60123456789";
    sending.state = "SENDING";
    sending.ended_ago = -60;
    blast.add(sending);
    WebhookService hook(database.url());
    CHECK(hook.post(R"({"message":"STOP","from":"60123456789@s.whatsapp.net"})").status == 200);
    const ProcessResult result = hook.stop();
    CHECK(
        result.err.find(
            "opted out, but 1 message may already be on its way: blast " +
            std::to_string(blast.id()) + ", +6012***6789") != std::string::npos);
}

TEST_CASE("neither the secret nor a phone stands in what the server says") {
    TemporaryDatabase database;
    WebhookService hook(database.url(), {"--verbose", "--log-format", "json"});
    hook.post(R"({"message":"STOP","from":"60123456789@c.us"})");
    hook.post("nonsense");
    HttpClient(hook.url()).post("/hook/" + WebhookService::secret() + "x", "{}");
    const ProcessResult result = hook.stop();
    CHECK(result.err.find("only-the-gateway") == std::string::npos);
    CHECK(result.err.find("60123456789") == std::string::npos);
    CHECK(result.out.empty());
    std::size_t start = 0;
    for (std::size_t end = 0; (end = result.err.find('\n', start)) != std::string::npos;
         start = end + 1)
        CHECK(nlohmann::json::accept(result.err.substr(start, end - start)));
}
