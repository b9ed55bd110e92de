#include "blast/run/setup_check.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/run/gateway_probe.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"
#include "blast/store/server_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace blast {

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// What a check has found, or the words of what went wrong in it.
template <typename Check>
SetupFinding finding_of(const char* name, const Check& check) {
    try {
        return {name, true, check()};
    } catch (const std::exception& error) { // Error, or DatabaseError
        return {name, false, error.what()};
    }
}

struct ServerSpeed {
    Milliseconds round_trip{};
    double clock_ahead = 0; ///< seconds
    ServerFacts facts;
};

/// The quickest of a few exchanges tells best, of the way and of the clock.
ServerSpeed measure_server(Connection& connection) {
    constexpr int exchanges = 3;
    ServerSpeed quickest;
    for (int i = 0; i < exchanges; ++i) {
        const Instant asked = BootClock::now();
        ServerFacts facts = ask_server_facts(connection);
        const Milliseconds took = BootClock::now() - asked;
        if (i == 0 || took < quickest.round_trip) {
            const std::chrono::duration<double> now =
                std::chrono::system_clock::now().time_since_epoch();
            const std::chrono::duration<double> half = took / 2;
            quickest = {took, facts.epoch - (now - half).count(), std::move(facts)};
        }
    }
    return quickest;
}

std::string describe_server(const Connection& connection, const ServerSpeed& speed) {
    constexpr int oldest_server = 130000;
    if (connection.server_version() < oldest_server) {
        throw UnavailableError(
            fmt::format("PostgreSQL {} is too old", printable(speed.facts.version)),
            "use version 13 or newer");
    }
    return fmt::format(
        "PostgreSQL {}, a round trip takes {:.1f} ms", printable(speed.facts.version),
        speed.round_trip.count());
}

/// With these off, a crash of the server's machine takes back what was committed: who was written to is written to again.
std::string describe_durability(Connection& connection) {
    const ServerFacts facts = ask_server_facts(connection);
    if (facts.neon) {
        return "Neon's: its safekeepers make commits last, whatever fsync is";
    }
    std::string off = facts.fsync ? "" : "fsync = off";
    if (!facts.full_page_writes) {
        off += off.empty() ? "full_page_writes = off" : " and full_page_writes = off";
    }
    if (!off.empty()) {
        throw UnavailableError(
            off + ", so a crash of the server can lose what was sent and who opted out",
            "set it to on in postgresql.conf and reload the server");
    }
    return "fsync and full_page_writes are on";
}

std::string describe_schema(Connection& connection) {
    require_current_schema(connection);
    return fmt::format("version {}", built_schema_version());
}

/// The process that answers is not the one of the handshake when a pooler has made the handshake itself.
std::string describe_pooler(Connection& connection) {
    try {
        Transaction transaction(connection);
        const int backend = ask_server_facts(connection).backend_pid;
        transaction.commit();
        return backend == connection.backend_pid()
                   ? "none, the connection is direct"
                   : "a pooler stands between, transactions work through it";
    } catch (const DatabaseError& error) {
        throw UnavailableError(
            fmt::format("transactions do not work ({})", error.what()),
            "set the pooler's pool_mode to transaction or session");
    }
}

std::string describe_device(GatewayProbe& probe, const std::string& device, bool gateway_reached) {
    const std::string name = printable(device);
    if (!gateway_reached) {
        throw UnavailableError(
            fmt::format("'{}' cannot be checked without the gateway", name), "mend that first");
    }
    const std::string refusal = probe.ask_device(device).refusal;
    if (!refusal.empty()) {
        throw UnavailableError(
            fmt::format("the gateway says of '{}': {}", name, refusal),
            "compare WSAPME_DEVICE with WSAPME's dashboard");
    }
    return fmt::format("'{}' is known to the gateway", name);
}

std::string signed_seconds(const char* whose, double ahead) {
    return fmt::format(
        "the {} is {:.1f} s {}", whose, std::fabs(ahead), ahead < 0 ? "behind" : "ahead");
}

} // namespace

SetupCheck check_database(const std::string& url) {
    SetupCheck check;
    std::optional<Connection> connection;
    check.findings.push_back(finding_of("database", [&] {
        connection.emplace(url);
        const ServerSpeed speed = measure_server(*connection);
        check.clock_ahead = speed.clock_ahead;
        return describe_server(*connection, speed);
    }));
    if (!connection || connection->lost()) {
        for (const char* const name : {"durable", "schema", "pooler"}) {
            check.findings.push_back(
                {name, false, "cannot be checked without the database: mend that first"});
        }
        return check;
    }
    check.findings.push_back(
        finding_of("durable", [&] { return describe_durability(*connection); }));
    check.findings.push_back(finding_of("schema", [&] { return describe_schema(*connection); }));
    check.findings.push_back(finding_of("pooler", [&] { return describe_pooler(*connection); }));
    return check;
}

SetupCheck check_gateway(const GatewaySettings& gateway, const std::vector<std::string>& devices) {
    SetupCheck check;
    GatewayProbe probe(gateway);
    check.findings.push_back(finding_of("gateway", [&] {
        probe.ask_server();
        check.clock_ahead = probe.clock_ahead();
        return fmt::format("{} is alive", printable(gateway.url));
    }));
    const bool reached = check.findings.front().ok;
    for (const std::string& device : devices) {
        check.findings.push_back(
            finding_of("device", [&] { return describe_device(probe, device, reached); }));
    }
    return check;
}

SetupFinding
check_clocks(std::optional<double> database_ahead, std::optional<double> gateway_ahead) {
    // Leases and slots are measured by the database's clock alone, but a reply or a receipt finds its message by times
    // of the gateway's clock.
    constexpr double most_seconds = 30;
    std::vector<std::string> differences;
    double most = 0;
    for (const auto& [whose, ahead] :
         {std::pair("database", database_ahead), std::pair("gateway", gateway_ahead)}) {
        if (ahead) {
            differences.push_back(signed_seconds(whose, *ahead));
            most = std::max(most, std::fabs(*ahead));
        }
    }
    if (differences.empty()) {
        return {
            "clock", false,
            "there is nothing to compare this machine's clock with: mend the others first"};
    }
    const std::string text = fmt::format("{}", fmt::join(differences, ", "));
    if (most > most_seconds) {
        return {
            "clock", false,
            text + ": let this machine's clock be set by NTP, such as by systemd-timesyncd"};
    }
    return {"clock", true, text};
}

} // namespace blast
