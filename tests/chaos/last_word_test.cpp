// Opt-outs, cancels and a database that is silent, while a sender holds recipients whom a slow gateway keeps from being sent
// to: what comes up to the last moment before a POST is honoured.
#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

using namespace blast::test;
using nlohmann::json;

namespace {

constexpr std::size_t concurrency = 8;
constexpr std::size_t recipients = 40;
constexpr double a_second = 1.0;

/// Answers so late that a sender which holds recipients would post to them after a second.
const std::vector<std::string> slow_gateway{"--delay", "2500ms"};

TrialSettings slow_trial() {
    TrialSettings settings;
    settings.recipients = recipients;
    settings.flags = {"--rate", "max", "--concurrency", std::to_string(concurrency)};
    return settings;
}

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Waits until all that may be in flight is, and more is held.
void wait_for_held(const SendTrial& trial, Process& sender) {
    trial.wait_for_accepted(concurrency, sender);
    wait_until("more recipients to be held than are in flight", [&] {
        return trial.count("SENDING") >= concurrency + concurrency / 2;
    });
    REQUIRE(sender.running());
    REQUIRE(trial.journal().size() == concurrency);
}

std::set<std::string> phones_of(const json& on_their_way) {
    std::set<std::string> phones;
    for (const json& message : on_their_way)
        phones.insert(message.at("phone"));
    return phones;
}

/// The words of an administrator's command, which came back at `acknowledged`, reach a sender within a second, and name
/// those whom it came too late for.
void check_last_word(const SendTrial& trial, const json& said, double acknowledged) {
    const std::set<std::string> named = phones_of(said.at("on_their_way"));
    CHECK(named.size() >= concurrency);
    CHECK(named.size() <= concurrency + concurrency / 2 + 1);
    std::vector<std::string> late;
    std::vector<std::string> not_named;
    for (const JournalEntry& entry : trial.journal()) {
        if (entry.time > acknowledged + a_second)
            late.push_back(entry.to);
        if (!named.contains(entry.to))
            not_named.push_back(entry.to);
    }
    CHECK(late == std::vector<std::string>{});
    CHECK(not_named == std::vector<std::string>{});
    CHECK(trial.count("RECORDED") == trial.journal().size());
    CHECK(trial.count("DROPPED") == recipients - trial.journal().size());
    trial.check_books();
}

json admin(const SendTrial& trial, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "blast-admin");
    arguments.insert(arguments.end(), {"--format", "json"});
    const ProcessResult result = run(arguments, trial.environment());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out);
}

} // namespace

TEST_CASE(
    "Nobody gets a message later than a second after the opt-out is acknowledged, and it names who is on the wire") {
    const TemporaryDatabase database;
    const Simulator simulator(slow_gateway);
    const SendTrial trial(database.url(), simulator, slow_trial());
    Process sender = trial.start();
    wait_for_held(trial, sender);
    std::vector<std::string> command{"opt-out", "add"};
    for (const auto& [phone, state] : trial.ledger())
        command.push_back(phone);
    const json said = admin(trial, command);
    const double acknowledged = now();
    SendTrial::wait_for_end(sender);
    check_last_word(trial, said, acknowledged);
}

TEST_CASE(
    "Nobody gets a message later than a second after the blast is cancelled, and it names who is on the wire") {
    const TemporaryDatabase database;
    const Simulator simulator(slow_gateway);
    const SendTrial trial(database.url(), simulator, slow_trial());
    Process sender = trial.start();
    wait_for_held(trial, sender);
    const json said = admin(trial, {"cancel", trial.blast_id(), "--yes"});
    const double acknowledged = now();
    SendTrial::wait_for_end(sender);
    check_last_word(trial, said, acknowledged);
}

TEST_CASE(
    "While the database does not answer, nothing is begun later than a second after it was heard") {
    const TemporaryDatabase database;
    const Pooler pooler(database.url());
    const Simulator simulator(slow_gateway);
    TrialSettings settings = slow_trial();
    settings.environment = {{"DATABASE_URL", pooler.url()}};
    const SendTrial trial(database.url(), simulator, settings);
    Process sender = trial.start();
    wait_for_held(trial, sender);
    pooler.freeze();
    const double frozen = now();
    wait_until("the answers to what was in flight, and longer", [&] { return now() > frozen + 5; });
    std::vector<std::string> late;
    for (const JournalEntry& entry : trial.journal()) {
        if (entry.time > frozen + a_second)
            late.push_back(entry.to);
    }
    CHECK(late == std::vector<std::string>{});
    pooler.go_on();
    SendTrial::wait_for_end(sender);
    trial.check_books();
    CHECK(trial.count("RECORDED") == recipients);
}
