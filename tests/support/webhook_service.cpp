#include "support/webhook_service.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace blast::test {

WebhookService::WebhookService(
    const std::string& database_url,
    std::vector<std::string> arguments,
    Environment environment,
    std::vector<std::string> launcher)
    : launcher_(std::move(launcher)),
      arguments_(std::move(arguments)),
      environment_(std::move(environment)) {
    environment_["DATABASE_URL"] = database_url;
    environment_["BLAST_HOOK_SECRET"] = secret();
    environment_.emplace("XDG_CONFIG_HOME", "/nonexistent");
    launch("127.0.0.1:0");
}

const std::string& WebhookService::secret() {
    static const std::string text = "only-the-gateway-knows-0123456789abc";
    return text;
}

std::string WebhookService::path() {
    return "/hook/" + secret();
}

HttpAnswer WebhookService::post(const std::string& body) const {
    return HttpClient(url_).post(path(), body);
}

HttpAnswer WebhookService::post_form(const std::string& body) const {
    return HttpClient(url_).post(
        path(), body, {{"Content-Type", "application/x-www-form-urlencoded"}});
}

int WebhookService::health() const {
    return HttpClient(url_).get("/healthz").status;
}

void WebhookService::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

void WebhookService::start() {
    launch(url_.substr(std::string("http://").size()));
}

ProcessResult WebhookService::stop() {
    process_->signal(SIGTERM);
    return process_->wait();
}

void WebhookService::launch(const std::string& address) {
    const std::string announcement = "listening on http://";
    std::vector<std::string> command = launcher_;
    command.insert(
        command.end(), {executable_path("blast-hook"), std::string("--listen"), address});
    command.insert(command.end(), arguments_.begin(), arguments_.end());
    process_ = std::make_unique<Process>(command, environment_);
    std::size_t found = std::string::npos;
    std::size_t end = std::string::npos;
    std::string said;
    wait_until("blast-hook to listen", [&] {
        const bool ended = !process_->running();
        said = process_->err();
        found = said.find(announcement);
        end = said.find('\n', found);
        if (ended)
            throw std::runtime_error("blast-hook did not start: " + said);
        return found != std::string::npos && end != std::string::npos;
    });
    const std::size_t start = said.find("http://", found);
    url_ = said.substr(start, end - start);
}

} // namespace blast::test
