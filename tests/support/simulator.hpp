#pragma once

#include "support/http_client.hpp"
#include "support/own_hosts.hpp"
#include "support/process.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace blast::test {

/// A message that the simulator accepted, as its journal tells it.
struct JournalEntry {
    double time = 0; ///< seconds since the epoch
    std::string to;  ///< "+60123456789"
    std::string id;
    std::string text;
    std::string device;
};

/// Where a simulator listens, with what in its environment, and how it is reached there.
struct GatewayPlace {
    std::string name = host::gateway; ///< in its https URL; empty: plain HTTP, by address
    std::string listen = "127.0.0.1:0";
    Environment environment{};
};

/// The exception, for what the wire itself must be seen of.
inline const GatewayPlace plain_loopback{"", "127.0.0.1:0", {}};

/// A running wsapme-sim on a free port, with a journal; killed in the destructor. Takes any token and any device unless
/// `arguments` say otherwise (--token, --device, --fault, ...). It is reached as a user reaches the gateway, by a name and
/// over TLS: who calls it trusts simulators_ca().
class Simulator {
public:
    /// Starts it and waits until it listens. Throws, with what it said, when it does not.
    explicit Simulator(std::vector<std::string> arguments = {}, GatewayPlace place = {});

    /// "https://gateway.blast.test:PORT", for WSAPME_API_URL.
    const std::string& url() const noexcept { return url_; }
    std::string journal_path() const { return folder_.path() + "/journal.jsonl"; }
    /// What it has accepted so far, in order; also from before a restart.
    std::vector<JournalEntry> journal() const;
    /// The journal's count alone.
    std::size_t accepted() const;
    /// GET /sim/stats.
    nlohmann::json stats() const;
    /// One call of the gateway's, as a user of it would make: the answer of POST `path`.
    HttpAnswer post(
        const std::string& path,
        const nlohmann::json& body,
        const HttpClient::Headers& headers = {}) const;

    Process& process() { return *process_; }
    /// Stops it (SIGTERM) and returns how it ended.
    ProcessResult stop();
    /// Kills it (SIGKILL), as a gateway that goes away; start() brings it back.
    void kill();
    /// Starts it again on the same port, with the same journal and these arguments instead.
    void start(const std::vector<std::string>& arguments);
    /// The same with the arguments of before.
    void start() { start(arguments_); }

private:
    void launch();

    TemporaryFolder folder_;
    std::vector<std::string> arguments_;
    GatewayPlace place_;
    std::string url_;
    std::unique_ptr<Process> process_;
};

} // namespace blast::test
