#include "support/sending.hpp"

#include "support/private_ca.hpp"

#include <algorithm>

namespace blast::test {

Sending::Sending(std::vector<std::string> simulator) : gateway(std::move(simulator)) {
    environment = {
        {"DATABASE_URL", database.url()},
        {"WSAPME_USER_TOKEN", "t0ken"},
        {"WSAPME_DEVICE", "5850"},
        {"WSAPME_API_URL", gateway.url()},
        {"BLAST_TIMEZONE", "UTC"},
        {"BLAST_REGION", "MY"},
        {"WSAPME_CA_FILE", simulators_ca().certificate()},
        {"XDG_STATE_HOME", folder.path()},
        {"XDG_CONFIG_HOME", folder.path()}};
}

ProcessResult Sending::send(std::vector<std::string> arguments, const std::string& input) const {
    arguments.insert(arguments.begin(), "blast-send");
    return run(arguments, input);
}

ProcessResult
Sending::run(const std::vector<std::string>& command, const std::string& input) const {
    return blast::test::run(command, environment, input);
}

std::string Sending::count(const std::string& table) {
    return database.value("SELECT count(*) FROM " + table);
}

std::string csv_of(int count) {
    std::string csv = "name,phone\n";
    for (int i = 0; i < count; ++i)
        csv += "Person " + std::to_string(i) + ",+6012" + std::to_string(3'000'000 + i) + "\n";
    return csv;
}

bool is_one_line(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

std::set<std::string> phones(const std::vector<JournalEntry>& journal) {
    std::set<std::string> seen;
    for (const JournalEntry& entry : journal)
        seen.insert(entry.to);
    return seen;
}

} // namespace blast::test
