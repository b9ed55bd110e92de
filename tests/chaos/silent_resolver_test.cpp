#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/own_hosts.hpp"
#include "support/polling.hpp"
#include "support/private_postgres.hpp"
#include "support/process.hpp"

#include <chrono>
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
