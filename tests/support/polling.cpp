#include "support/polling.hpp"

#include "support/catch.hpp"
#include "support/private_ca.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace blast::test {

PollFigures poll_figures(const std::string& json) {
    const auto document = nlohmann::ordered_json::parse(json);
    std::string keys;
    for (const auto& member : document.items())
        keys += member.key() + ' ';
    if (keys != "due checked changed failed left elapsed_seconds ")
        throw std::runtime_error("not what the manual says blast-poll prints: " + json);
    const auto& changed = document.at("changed");
    PollFigures figures;
    figures.due = document.at("due");
    figures.checked = document.at("checked");
    figures.failed = document.at("failed");
    figures.left = document.at("left");
    figures.delivered = changed.value("DELIVERY_ACK", 0);
    figures.read = changed.value("READ_ACK", 0);
    return figures;
}

std::vector<std::string> poll_command(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{"blast-poll", "--format", "json"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

Environment poll_environment(
    const std::string& database_url,
    const std::string& gateway_url,
    const std::string& settings_folder,
    const std::string& token) {
    return {
        {"DATABASE_URL", database_url},
        {"WSAPME_USER_TOKEN", token},
        {"WSAPME_DEVICE", ""},
        {"WSAPME_API_URL", gateway_url},
        {"WSAPME_CA_FILE", simulators_ca().certificate()},
        {"BLAST_TIMEZONE", "UTC"},
        {"BLAST_REGION", "MY"},
        {"XDG_STATE_HOME", settings_folder},
        {"HOME", settings_folder},
        {"XDG_CONFIG_HOME", settings_folder}};
}

Polling::Polling(const std::string& gateway_url)
    : environment_(poll_environment(database_.url(), gateway_url, settings_.path())) {}

ProcessResult Polling::poll(const std::vector<std::string>& arguments) const {
    return run(poll_command(arguments), environment_);
}

PollFigures Polling::figures(const std::vector<std::string>& arguments, int exit_code) const {
    const ProcessResult result = poll(arguments);
    INFO(result.out << result.err);
    CHECK(result.exit_code == exit_code);
    return poll_figures(result.out);
}

} // namespace blast::test
