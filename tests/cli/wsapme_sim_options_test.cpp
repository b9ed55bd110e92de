#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/simulator.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

using blast::test::Contains;
using blast::test::ProcessResult;
using blast::test::run;
using blast::test::Simulator;
using blast::test::StartsWith;
using Arguments = std::vector<std::string>;

namespace {

ProcessResult run_sim(const Arguments& arguments) {
    Arguments command{"wsapme-sim"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command);
}

Arguments listening_and(const Arguments& arguments) {
    Arguments all{"--listen", "127.0.0.1:0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

struct BadUsage {
    Arguments arguments;
    std::string complaint; ///< how the line goes on after "wsapme-sim: "
};

} // namespace

TEST_CASE("wsapme-sim refuses wrong usage with one line and exit 2") {
    const BadUsage bad = GENERATE(
        BadUsage{{}, "--listen is required"}, //
        BadUsage{{"--listen", "0.0.0.0:0"}, "--listen: '0.0.0.0:0' is not a loopback address"},
        BadUsage{
            {"--listen", "example.com:80"}, "--listen: 'example.com:80' is not a loopback address"},
        BadUsage{{"--listen", "127.0.0.1"}, "--listen: '127.0.0.1' is not an address with a port"},
        BadUsage{{"--listen", "127.0.0.1:70000"}, "--listen: '127.0.0.1:70000' is not an address"},
        BadUsage{
            listening_and({"--tls-key", "/nowhere/key"}), "--tls-cert and --tls-key go together"},
        BadUsage{
            listening_and({"--tls-cert", "/nowhere/certificate", "--tls-key", "/nowhere/key"}),
            "--tls-cert: cannot read '/nowhere/certificate'"},
        BadUsage{
            listening_and({"--nonsense"}), "The following argument was not expected: --nonsense"},
        BadUsage{
            listening_and({"--device", "5850", "surplus"}),
            "The following argument was not expected: surplus"},
        BadUsage{listening_and({"surplus"}), "The following argument was not expected: surplus"},
        BadUsage{listening_and({"--fault", "crash=0.1"}), "--fault: 'crash' is not a fault"},
        BadUsage{listening_and({"--fault", "slow"}), "--fault: 'slow' does not say when"},
        BadUsage{listening_and({"--fault", "slow=1.5"}), "--fault: 'slow=1.5' does not say when"},
        BadUsage{listening_and({"--fault", "slow@0"}), "--fault: 'slow@0' does not say when"},
        BadUsage{
            listening_and({"--fault", "slow=0.6", "--fault", "empty=0.6"}),
            "--fault: the probabilities add up to 1.2"},
        BadUsage{
            listening_and({"--status-fault", "no-id=1"}), "--status-fault: 'no-id' is not a fault"},
        BadUsage{listening_and({"--delivered", "1.2"}), "--delivered: '1.2' is not a share"},
        BadUsage{
            listening_and({"--delivered", "251/250"}), "--delivered: '251/250' is not a share"},
        BadUsage{listening_and({"--read", "many"}), "--read: 'many' is not a share"},
        BadUsage{
            listening_and({"--delivered", "0.5", "--read", "0.6"}),
            "--read and --delivered: 0.6 is more"},
        BadUsage{
            listening_and({"--read", "0.5", "--replied", "0.6"}),
            "--replied and --read: 0.6 is more"},
        BadUsage{listening_and({"--opt-out-share", "2"}), "--opt-out-share: '2' is not a share"},
        BadUsage{listening_and({"--duplicate-id", "-1"}), "--duplicate-id: '-1' is not a share"},
        BadUsage{listening_and({"--speed", "0"}), "--speed: '0' is not a speed"},
        BadUsage{listening_and({"--speed", "nan"}), "--speed: 'nan' is not a speed"},
        BadUsage{listening_and({"--speed", "fast"}), "Could not convert: --speed = fast"},
        BadUsage{listening_and({"--seed", "-1"}), "--seed: '-1' is not a seed"},
        BadUsage{listening_and({"--delay", "50"}), "--delay: '50' is not a duration"},
        BadUsage{listening_and({"--slow-for", "soon"}), "--slow-for: 'soon' is not a duration"},
        BadUsage{
            listening_and({"--retry-after", "1\n2"}), "--retry-after: '1\\n2' is no header value"},
        BadUsage{
            listening_and({"--status-shape", "round"}), "--status-shape: 'round' is not a shape"},
        BadUsage{
            listening_and({"--device", "=60123456789"}),
            "--device: '=60123456789' is not a device"},
        BadUsage{listening_and({"--device", "5850=abc"}), "--device: '5850=abc' is not a device"},
        BadUsage{
            listening_and({"--webhook", "https://127.0.0.1/"}),
            "--webhook: 'https://127.0.0.1/' is not http"},
        BadUsage{
            listening_and({"--webhook", "http://example.com/"}),
            "--webhook: 'http://example.com/' is not"},
        BadUsage{
            listening_and({"--journal", "/nowhere/journal"}),
            "--journal: cannot append to '/nowhere/journal'"},
        BadUsage{
            listening_and({"--events", "/nowhere/events"}),
            "--events: cannot append to '/nowhere/events'"});
    const ProcessResult result = run_sim(bad.arguments);
    CAPTURE(bad.arguments);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, StartsWith("wsapme-sim: " + bad.complaint));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

TEST_CASE("wsapme-sim explains itself with examples") {
    const ProcessResult help = run_sim({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    CHECK_THAT(help.out, Contains("--fault") && Contains("reset-after") && Contains("Examples:"));
}

TEST_CASE("wsapme-sim says when its port is taken, exit 3") {
    const Simulator sim({}, blast::test::plain_loopback);
    const std::string address = sim.url().substr(std::string("http://").size());
    const ProcessResult result = run_sim({"--listen", address});
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.err, StartsWith("wsapme-sim: cannot listen on 127.0.0.1 port"));
}

TEST_CASE("wsapme-sim ends with 0 when it is stopped on purpose") {
    const int signal = GENERATE(SIGTERM, SIGINT);
    Simulator sim;
    sim.process().signal(signal);
    const ProcessResult result = sim.process().wait();
    CHECK(result.exit_code == 0);
    CHECK(result.err == "wsapme-sim: stopped: 0 messages accepted\n");
}

TEST_CASE("wsapme-sim also listens on the IPv6 loopback address") {
    blast::test::Process sim({"wsapme-sim", "--listen", "[::1]:0"});
    blast::test::wait_until(
        "the simulator to listen", [&sim] { return !sim.out().empty() || !sim.running(); });
    CHECK_THAT(sim.out(), StartsWith("listening on http://[::1]:"));
}
