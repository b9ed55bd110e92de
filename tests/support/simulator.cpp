#include "support/simulator.hpp"

#include "support/private_ca.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace blast::test {

namespace {

const std::string announcement = "listening on http";

} // namespace

Simulator::Simulator(std::vector<std::string> arguments, GatewayPlace place)
    : arguments_(std::move(arguments)), place_(std::move(place)) {
    launch();
}

void Simulator::launch() {
    std::vector<std::string> command{
        "wsapme-sim", "--listen", place_.listen, "--journal", journal_path()};
    if (!place_.name.empty()) {
        const PrivateCa& ca = simulators_ca();
        command.insert(
            command.end(), {"--tls-cert", ca.server_certificate(), "--tls-key", ca.server_key()});
    }
    command.insert(command.end(), arguments_.begin(), arguments_.end());
    process_ = std::make_unique<Process>(command, place_.environment);
    wait_until("the simulator to listen", [this] {
        const bool ended = !process_->running();
        const std::string out = process_->out();
        if (ended && out.find(announcement) == std::string::npos)
            throw std::runtime_error("wsapme-sim did not start: " + process_->err());
        return out.find(announcement) != std::string::npos && out.back() == '\n';
    });
    const std::string out = process_->out();
    const std::size_t start = out.find("http");
    url_ = out.substr(start, out.find('\n', start) - start);
    place_.listen = url_.substr(url_.find("://") + 3);
    if (!place_.name.empty())
        url_ = "https://" + place_.name + url_.substr(url_.rfind(':'));
}

std::vector<JournalEntry> Simulator::journal() const {
    std::vector<JournalEntry> entries;
    std::ifstream in(journal_path());
    for (std::string line;
         std::getline(in, line) && !in.eof();) { // a line without its end is still being written
        const auto document = nlohmann::json::parse(line);
        entries.push_back(
            {document.at("time"), document.at("to"), document.at("id"), document.at("text"),
             document.at("device")});
    }
    return entries;
}

std::size_t Simulator::accepted() const {
    const std::string lines = read_file(journal_path());
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
}

nlohmann::json Simulator::stats() const {
    return nlohmann::json::parse(HttpClient(url_).get("/sim/stats").body);
}

HttpAnswer Simulator::post(
    const std::string& path, const nlohmann::json& body, const HttpClient::Headers& headers) const {
    return HttpClient(url_).post(path, body.dump(), headers);
}

ProcessResult Simulator::stop() {
    process_->signal(SIGTERM);
    return process_->wait();
}

void Simulator::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

void Simulator::start(const std::vector<std::string>& arguments) {
    arguments_ = arguments;
    launch();
}

} // namespace blast::test
