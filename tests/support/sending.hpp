#pragma once

#include "support/process.hpp"
#include "support/simulator.hpp"
#include "support/temporary_database.hpp"

#include <set>
#include <string>
#include <vector>

namespace blast::test {

/// A database, a gateway and a folder of a test's own, and the tools over them. The zone is UTC, the region MY.
struct Sending {
    explicit Sending(std::vector<std::string> simulator = {"--token", "t0ken", "--device", "5850"});

    ProcessResult send(std::vector<std::string> arguments, const std::string& input = {}) const;
    ProcessResult run(const std::vector<std::string>& command, const std::string& input = {}) const;
    std::string count(const std::string& table);

    TemporaryDatabase database;
    Simulator gateway;
    TemporaryFolder folder;
    Environment environment;
};

/// A CSV of two, with columns Name and Phone.
constexpr const char* two_people = "Name,Phone\nAli,012-345 6789\nSiti,+60 13 345 6789\n";

/// A CSV of so many, with columns name and phone.
std::string csv_of(int count);

bool is_one_line(const std::string& text);

/// Whom the gateway accepted messages to.
std::set<std::string> phones(const std::vector<JournalEntry>& journal);

} // namespace blast::test
