#include "chaos/send_trial.hpp"

#include "support/catch.hpp"
#include "support/database_query.hpp"
#include "support/private_ca.hpp"

#include <algorithm>
#include <cstdlib>
#include <poll.h>
#include <random>
#include <set>

namespace blast::test {

namespace {

using Texts = std::vector<std::string>;

std::string name_of(std::size_t index) {
    return "Name" + std::to_string(index);
}

} // namespace

SendTrial::SendTrial(std::string database_url, const Simulator& simulator, TrialSettings settings)
    : database_url_(std::move(database_url)),
      simulator_(simulator),
      settings_(std::move(settings)),
      environment_{
          {"DATABASE_URL", database_url_},
          {"WSAPME_API_URL", simulator.url()},
          {"WSAPME_USER_TOKEN", "token"},
          {"WSAPME_DEVICE", "5850"},
          {"WSAPME_CA_FILE", simulators_ca().certificate()},
          {"XDG_CONFIG_HOME", folder_.path()},
          {"XDG_STATE_HOME", folder_.path()}} {
    for (const auto& [name, value] : settings_.environment)
        environment_[name] = value;
    std::string rows = "phone,name\n";
    for (std::size_t i = 0; i < settings_.recipients; ++i)
        rows += phone(i) + ',' + name_of(i) + '\n';
    csv_ = folder_.write("audience.csv", rows);
}

std::string SendTrial::phone(std::size_t index) const {
    constexpr std::size_t first = 3'000'000;
    return "+6012" +
           std::to_string(first + static_cast<std::size_t>(settings_.first_phone) + index);
}

Process SendTrial::start() const {
    if (exists())
        return resume();
    return Process(command(), environment_);
}

Process SendTrial::resume(const std::vector<std::string>& flags) const {
    return Process(resume_command(flags), environment_);
}

std::vector<std::string> SendTrial::resume_command(const std::vector<std::string>& flags) const {
    Texts command{"blast-send", "--resume", blast_id(), "--yes"};
    command.insert(command.end(), settings_.flags.begin(), settings_.flags.end());
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
}

std::vector<std::string> SendTrial::command() const {
    Texts command{"blast-send",  "--csv", csv_,          "--message",
                  "Hi {{name}}", "--tag", settings_.tag, "--yes"};
    command.insert(command.end(), settings_.flags.begin(), settings_.flags.end());
    return command;
}

bool SendTrial::exists() const {
    return !query(database_url_, "SELECT 1 FROM blasts WHERE blast_tag = '" + settings_.tag + "'")
                .empty();
}

std::string SendTrial::blast_id() const {
    return query_value(
        database_url_, "SELECT id FROM blasts WHERE blast_tag = '" + settings_.tag + "'");
}

Ledger SendTrial::ledger() const {
    const auto rows = query(
        database_url_,
        "SELECT phone_number, 'RECORDED' FROM blast_recipients JOIN blasts ON blasts.id = blast_id "
        "WHERE blast_tag = '" +
            settings_.tag +
            "' UNION ALL "
            "SELECT phone_number, state FROM blast_outbox JOIN blasts ON blasts.id = blast_id "
            "WHERE blast_tag = '" +
            settings_.tag + "'");
    Ledger books;
    for (const auto& row : rows)
        books[row[0]] += row[1]; // one that stands in both tables has a state that nobody knows
    return books;
}

std::size_t SendTrial::count(const std::string& state) const {
    const Ledger books = ledger();
    return static_cast<std::size_t>(std::count_if(
        books.begin(), books.end(), [&](const auto& entry) { return entry.second == state; }));
}

std::vector<JournalEntry> SendTrial::journal() const {
    std::set<std::string> phones;
    for (std::size_t i = 0; i < settings_.recipients; ++i)
        phones.insert(phone(i));
    std::vector<JournalEntry> entries = simulator_.journal();
    entries.erase(
        std::remove_if(
            entries.begin(), entries.end(),
            [&](const JournalEntry& entry) { return !phones.contains(entry.to); }),
        entries.end());
    return entries;
}

void SendTrial::wait_for_accepted(std::size_t count, Process& sender) const {
    wait_until(
        "messages to be accepted", [&] { return !sender.running() || journal().size() >= count; });
}

void SendTrial::wait_for_end(Process& sender) {
    const ProcessResult result = sender.wait();
    INFO(result.err);
    CHECK((result.exit_code == 0 || result.exit_code == 1));
}

void SendTrial::wait_for_silence() const {
    wait_until("the server to end what dead senders asked", [this] {
        return query_value(
                   database_url_,
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                   "AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
                   "AND state <> 'idle'") == "0";
    });
}

void SendTrial::expire_leases() const {
    query(
        database_url_,
        "UPDATE blast_outbox SET lease_until = now() - interval '1 s' WHERE state = 'SENDING'; "
        "UPDATE blasts SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL");
}

void SendTrial::complete() const {
    constexpr int most_runs = 3;
    for (int runs = 0; runs < most_runs; ++runs) {
        Process sender = start();
        wait_for_end(sender);
        if (count("QUEUED") == 0)
            return;
    }
    FAIL("still queued after " << most_runs << " runs: " << count("QUEUED"));
}

void SendTrial::check_books() const {
    const Ledger books = ledger();
    CHECK(books.size() == settings_.recipients);
    const std::set<std::string> known{"RECORDED", "QUEUED",      "SENDING",
                                      "FAILED",   "UNCONFIRMED", "DROPPED"};
    Texts strange;
    for (const auto& [who, state] : books) {
        if (!known.contains(state))
            strange.push_back(std::string(who).append(" ").append(state));
    }
    CHECK(strange == Texts{});
    const std::vector<JournalEntry> entries = journal();
    check_journal(entries, books);
    check_recorded(entries);
    check_counters(books);
}

void SendTrial::check_journal(const std::vector<JournalEntry>& entries, const Ledger& books) const {
    std::set<std::string> reached;
    Texts twice;
    Texts lost;
    Texts wrong_text;
    for (const JournalEntry& entry : entries) {
        if (!reached.insert(entry.to).second)
            twice.push_back(entry.to);
        const auto found = books.find(entry.to);
        const std::string state = found == books.end() ? "nowhere" : found->second;
        if (state != "RECORDED" && state != "UNCONFIRMED" && state != "SENDING")
            lost.push_back(entry.to + ' ' + state);
    }
    for (std::size_t i = 0; i < settings_.recipients; ++i) {
        for (const JournalEntry& entry : entries) {
            if (entry.to == phone(i) && entry.text != "Hi " + name_of(i))
                wrong_text.push_back(entry.to + ' ' + entry.text);
        }
    }
    CHECK(twice == Texts{});
    CHECK(lost == Texts{});
    CHECK(wrong_text == Texts{});
}

void SendTrial::check_recorded(const std::vector<JournalEntry>& entries) const {
    std::map<std::string, std::string> id_of;
    for (const JournalEntry& entry : entries)
        id_of[entry.to] = entry.id;
    Texts made_up;
    const auto rows = query(
        database_url_, "SELECT phone_number, message_id FROM blast_recipients "
                       "JOIN blasts ON blasts.id = blast_id WHERE blast_tag = '" +
                           settings_.tag + "'");
    for (const auto& row : rows) {
        if (id_of[row[0]] != row[1])
            made_up.push_back(row[0] + ' ' + row[1] + ", accepted as " + id_of[row[0]]);
    }
    CHECK(made_up == Texts{});
}

void SendTrial::check_counters(const Ledger& books) const {
    const auto counters = query(
        database_url_, "SELECT sum(pending + delivery_ack + read_ack + replied), sum(queued), "
                       "sum(sending), sum(failed), sum(unconfirmed), sum(dropped) "
                       "FROM blast_counters JOIN blasts ON blasts.id = blast_id "
                       "WHERE blast_tag = '" +
                           settings_.tag + "'");
    Texts counted;
    for (const char* state : {"RECORDED", "QUEUED", "SENDING", "FAILED", "UNCONFIRMED", "DROPPED"})
        counted.push_back(std::to_string(std::count_if(
            books.begin(), books.end(), [&](const auto& entry) { return entry.second == state; })));
    CHECK(counters.at(0) == counted);
}

std::uint64_t chaos_seed() {
    const char* const given = std::getenv("BLAST_CHAOS_SEED"); // NOLINT(concurrency-mt-unsafe)
    if (given != nullptr)
        return std::stoull(given);
    return std::random_device()();
}

void linger(std::chrono::milliseconds duration) {
    poll(nullptr, 0, static_cast<int>(duration.count()));
}

} // namespace blast::test
