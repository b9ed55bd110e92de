#include "support/catch.hpp"
#include "support/connect_proxy.hpp"
#include "support/own_hosts.hpp"
#include "support/polling.hpp"
#include "support/private_ca.hpp"
#include "support/sending.hpp"
#include "support/server_user.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <string>
#include <vector>

using namespace blast::test;

namespace {

using Texts = std::vector<std::string>;

/// The addresses of a name as a tool sees them, in the order in which they are tried.
Texts addresses_of(const std::string& name) {
    const addrinfo hints{0, AF_UNSPEC, SOCK_STREAM, 0, 0, nullptr, nullptr, nullptr};
    addrinfo* found = nullptr;
    REQUIRE(getaddrinfo(name.c_str(), nullptr, &hints, &found) == 0);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, &freeaddrinfo);
    Texts texts;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        getnameinfo(
            one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
        texts.emplace_back(text.data());
    }
    return texts;
}

/// Every tool that speaks to the gateway.
void check_all_tools(Sending& sending, const Simulator& gateway) {
    sending.environment["WSAPME_API_URL"] = gateway.url();
    const ProcessResult check = sending.run({"blast-admin", "check"});
    INFO(check.out << check.err);
    CHECK(check.exit_code == 0);
    const ProcessResult test = sending.send(
        {"--csv", "-", "--message", "Hi {{name}}", "--test", "+60123456789"}, two_people);
    INFO(test.err);
    CHECK(test.exit_code == 0);
    CHECK(gateway.accepted() == 1);
    const ProcessResult sent = sending.send(
        {"--csv", "-", "--message", "Hi {{name}}", "--tag", "raya", "--rate", "max", "--yes"},
        csv_of(20));
    INFO(sent.err);
    CHECK(sent.exit_code == 0);
    CHECK(sending.count("blast_recipients") == "20");
    CHECK(gateway.accepted() == 21);
    const ProcessResult polled = sending.run(poll_command({"--rate", "max"}));
    INFO(polled.err);
    CHECK(polled.exit_code == 0);
    CHECK(poll_figures(polled.out).checked == 20);
}

/// Nobody was reached: exit 3 and one line, soon, and nothing is queued.
void check_nothing_begun(Sending& sending, const std::string& line) {
    const std::vector<Texts> commands{
        {"blast-send", "--csv", "-", "--message", "Hi", "--tag", "raya", "--yes"},
        {"blast-send", "--csv", "-", "--message", "Hi", "--test", "+60123456789"}};
    for (const Texts& command : commands) {
        const auto begun = std::chrono::steady_clock::now();
        const ProcessResult result = sending.run(command, two_people);
        CAPTURE(command);
        CHECK(result.exit_code == 3);
        CHECK_THAT(result.err, StartsWith("blast-send: " + line));
        CHECK(is_one_line(result.err));
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(15));
    }
    const ProcessResult check = sending.run({"blast-admin", "check"});
    CHECK(check.exit_code == 3);
    CHECK_THAT(check.out, Contains(line));
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
}

} // namespace

TEST_CASE("a gateway by name over TLS: check, --test, send and poll work") {
    Sending sending;
    REQUIRE_THAT(sending.gateway.url(), StartsWith("https://gateway.blast.test:"));
    check_all_tools(sending, sending.gateway);
}

TEST_CASE("a gateway whose name has an IPv6 address alone: check, --test, send and poll work") {
    REQUIRE(addresses_of(host::ipv6) == Texts{"::1"});
    Sending sending;
    check_all_tools(sending, Simulator({}, {host::ipv6, "[::1]:0"}));
}

TEST_CASE("a gateway that answers on the second address of its name only: all tools work") {
    const std::string name = GENERATE(host::ipv6_first, host::second_of_two);
    const Texts addresses = addresses_of(name);
    REQUIRE(addresses.size() == 2);
    const std::string second = name == host::ipv6_first ? "127.0.0.1" : "127.0.0.9";
    REQUIRE(addresses.at(1) == second);
    Sending sending;
    check_all_tools(sending, Simulator({}, {name, second + ":0"}));
}

TEST_CASE("a gateway by number, over plain loopback, is the exception that works too") {
    Sending sending;
    const Simulator gateway({}, plain_loopback);
    REQUIRE_THAT(gateway.url(), StartsWith("http://127.0.0.1:"));
    check_all_tools(sending, gateway);
}

TEST_CASE("a gateway whose name does not resolve: cannot resolve NAME, exit 3, nothing is queued") {
    Sending sending;
    sending.environment["WSAPME_API_URL"] = std::string("https://") + host::unknown;
    check_nothing_begun(sending, std::string("cannot resolve ") + host::unknown);
}

TEST_CASE("blast-poll says of a name that does not resolve: cannot resolve NAME, exit 3") {
    Sending sending;
    REQUIRE(
        sending
            .send(
                {"--csv", "-", "--message", "Hi", "--tag", "raya", "--rate", "max", "--yes"},
                csv_of(20))
            .exit_code == 0);
    sending.environment["WSAPME_API_URL"] = std::string("https://") + host::unknown;
    const auto begun = std::chrono::steady_clock::now();
    const ProcessResult polled = sending.run(poll_command());
    CHECK(polled.exit_code == 3);
    CHECK_THAT(polled.err, StartsWith(std::string("blast-poll: cannot resolve ") + host::unknown));
    CHECK(is_one_line(polled.err));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(15));
    CHECK(sending.database.value("SELECT count(*) FROM check_claims") == "0");
}

TEST_CASE("a gateway whose port is refused: one line, exit 3, nothing is queued") {
    Sending sending;
    const std::string url =
        std::string("https://") + host::gateway + ':' + std::to_string(free_port());
    sending.environment["WSAPME_API_URL"] = url;
    check_nothing_begun(sending, "cannot reach the gateway '" + url + "'");
}

TEST_CASE("https goes through the proxy of the environment, and past it for no_proxy") {
    Sending sending;
    ConnectProxy proxy;
    const std::string variable = GENERATE("https_proxy", "HTTPS_PROXY");
    sending.environment[variable] = proxy.url();
    SECTION("all of it") {
        check_all_tools(sending, sending.gateway);
        const std::string url = sending.gateway.url();
        CHECK(proxy.asked().size() >= 4); // each command opens a tunnel at least
        for (const std::string& target : proxy.asked())
            CHECK("https://" + target == url);
        CHECK(proxy.relayed() > 0);
    }
    SECTION("nothing, for a name of no_proxy") {
        sending.environment[GENERATE("no_proxy", "NO_PROXY")] = "example.com,.blast.test";
        check_all_tools(sending, sending.gateway);
        CHECK(proxy.asked().empty());
    }
}

TEST_CASE("no proxy is asked for a loopback address, over https or http") {
    const auto place = GENERATE(
        GatewayPlace{"localhost", "127.0.0.1:0"}, GatewayPlace{"LOCALHOST", "127.0.0.1:0"},
        plain_loopback);
    Sending sending;
    ConnectProxy proxy;
    for (const char* const variable : {"https_proxy", "http_proxy", "all_proxy"})
        sending.environment[variable] = proxy.url();
    check_all_tools(sending, Simulator({}, place));
    CHECK(proxy.asked().empty());
}

/// A simulator that does not take these versions of TLS.
Simulator simulator_without(const Texts& versions, const TemporaryFolder& folder) {
    std::string settings = "[overrides]\n"; // GnuTLS manual, 3.11
    for (const std::string& version : versions)
        settings += "disabled-version = " + version + '\n';
    GatewayPlace place;
    place.environment = {{"GNUTLS_SYSTEM_PRIORITY_FILE", folder.write("gnutls", settings)}};
    return Simulator({}, place);
}

TEST_CASE("a connection is kept from message to message, over TLS 1.2 and over TLS 1.3") {
    Sending sending;
    const ConnectProxy proxy; // it counts connections
    const TemporaryFolder folder;
    sending.environment["https_proxy"] = proxy.url();
    {
        const Simulator none = simulator_without({"TLS1.2", "TLS1.3"}, folder);
        sending.environment["WSAPME_API_URL"] = none.url();
        REQUIRE(sending.run({"blast-admin", "check"}).exit_code == 3); // so the settings count
    }
    const auto refused = GENERATE(Texts{"TLS1.3"}, Texts{}); // both sides prefer 1.3
    CAPTURE(refused);
    const Simulator gateway = simulator_without(refused, folder);
    sending.environment["WSAPME_API_URL"] = gateway.url();
    const std::size_t before = proxy.asked().size();
    const ProcessResult sent = sending.send(
        {"--csv", "-", "--message", "Hi {{name}}", "--tag", "raya", "--rate", "max",
         "--concurrency", "4", "--yes"},
        csv_of(300));
    INFO(sent.err);
    CHECK(sent.exit_code == 0);
    CHECK(gateway.accepted() == 300);
    CHECK(proxy.asked().size() - before <= 4 + 1); // the first looks whether the token is taken
}

TEST_CASE("a message whose tunnel the proxy refuses was not sent, and is sent later") {
    Sending sending;
    ConnectProxy proxy;
    sending.environment["https_proxy"] = proxy.url();
    constexpr int preflight = 1;
    constexpr int refused = 2;
    proxy.refuse(preflight, refused);
    const ProcessResult sent = sending.send(
        {"--csv", "-", "--message", "Hi {{name}}", "--tag", "raya", "--rate", "max",
         "--concurrency", "4", "--yes"},
        csv_of(20));
    INFO(sent.err);
    CHECK(sent.exit_code == 0);
    CHECK(proxy.refusals() == refused);
    CHECK(sending.count("blast_recipients") == "20");
    CHECK(sending.count("blast_outbox") == "0"); // nobody in doubt, nobody failed
    CHECK(sending.gateway.accepted() == 20);
    CHECK(phones(sending.gateway.journal()).size() == 20);
}

TEST_CASE("a proxy that refuses the gateway: one line, exit 3, nothing is queued") {
    Sending sending;
    ConnectProxy proxy;
    sending.environment["https_proxy"] = proxy.url();
    proxy.refuse(0, 100);
    check_nothing_begun(sending, "cannot reach the gateway '" + sending.gateway.url() + "'");
    CHECK(proxy.refusals() == 3);
}
