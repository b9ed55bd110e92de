#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/own_hosts.hpp"
#include "support/polling.hpp"
#include "support/private_postgres.hpp"
#include "support/process.hpp"

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace blast::test;

namespace {

constexpr const char* two_people = "name,phone\nAli,+60123456789\nSiti,+60133456789\n";

/// What speaks to the gateway, each command with its standard input.
const std::vector<std::pair<std::vector<std::string>, std::string>> commands{
    {{"blast-send", "--csv", "-", "--message", "Hi", "--tag", "raya", "--yes"}, two_people},
    {{"blast-send", "--csv", "-", "--message", "Hi", "--test", "+60123456789"}, two_people},
    {{"blast-admin", "check"}, ""}};

constexpr std::size_t in_flight = 4;

std::string by_name(std::string url, const std::string& host) {
    const std::string number = "127.0.0.1";
    return url.replace(url.find(number), number.size(), host);
}

} // namespace

TEST_CASE("a resolver that does not answer: cannot resolve NAME, exit 3, nothing queued, in 15 s") {
    in_own_network([] {
        SilentNameserver nameserver;
        const PrivatePostgres server;
        const std::string database = server.create_database("unresolved");
        const TemporaryFolder folder;
        Environment environment =
            poll_environment(database, std::string("https://") + host::unknown, folder.path());
        environment["WSAPME_DEVICE"] = "5850";
        const auto begun = std::chrono::steady_clock::now();
        std::vector<std::unique_ptr<Process>> tools;
        for (const auto& [command, input] : commands)
            tools.push_back(std::make_unique<Process>(command, environment, input));
        for (const auto& tool : tools) {
            const ProcessResult result = tool->wait();
            INFO(result.out << result.err);
            CHECK(result.exit_code == 3);
            CHECK_THAT(
                result.out + result.err, Contains(std::string("cannot resolve ") + host::unknown));
        }
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(15));
        CHECK(nameserver.questions(host::unknown) >= 3); // the fault has happened, to each
        CHECK(query_value(database, "SELECT count(*) FROM blasts") == "0");
        CHECK(query_value(database, "SELECT count(*) FROM blast_outbox") == "0");
    });
}

TEST_CASE(
    "While the database is away and nobody resolves its name, answers are taken and a signal is heeded") {
    const bool interrupted = GENERATE(false, true);
    CAPTURE(interrupted);
    in_own_network([interrupted] {
        SilentNameserver nameserver;
        const RevocableName host("database.blast.test");
        PrivatePostgres server;
        const std::string database = server.create_database("unresolved");
        const Simulator gateway({"--delay", "300ms"});
        TrialSettings settings;
        settings.environment = {{"DATABASE_URL", by_name(database, host.name())}};
        const SendTrial trial(database, gateway, settings);
        Process sender = trial.start();
        trial.wait_for_accepted(in_flight, sender);
        host.forget();
        server.stop_immediately();
        wait_until("the sender to ask where its database is", [&] {
            return nameserver.questions(host.name()) > 0;
        });
        REQUIRE(sender.running());
        if (interrupted) {
            sender.signal(SIGINT);
            // A resolver without an answer would hold the loop for 10 s.
            wait_until(
                "the signal to be heeded",
                [&] { return sender.err().find("stopping") != std::string::npos; },
                std::chrono::seconds(3));
        }
        server.start();
        host.restore();
        const ProcessResult result = sender.wait(std::chrono::seconds(90));
        INFO(result.err);
        CHECK(result.exit_code == (interrupted ? 130 : 0));
        trial.check_books();
        CHECK(trial.count("RECORDED") == trial.journal().size());
        CHECK(trial.count("SENDING") + trial.count("UNCONFIRMED") == 0);
    });
}
