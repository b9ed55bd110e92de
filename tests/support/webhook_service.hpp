#pragma once

#include "support/http_client.hpp"
#include "support/process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace blast::test {

/// A running blast-hook --listen on a free port; killed in the destructor.
class WebhookService {
public:
    /// Starts it, by `launcher` if that is given (a command that ends as another one, like prlimit(1)), and waits until it
    /// listens. Throws, with what it said, when it does not.
    explicit WebhookService(
        const std::string& database_url,
        std::vector<std::string> arguments = {},
        Environment environment = {},
        std::vector<std::string> launcher = {});

    /// 36 characters, as long as such a secret is at least.
    static const std::string& secret();
    /// "/hook/<secret>".
    static std::string path();
    /// "http://127.0.0.1:PORT".
    const std::string& url() const noexcept { return url_; }
    std::string webhook_url() const { return url_ + path(); }

    /// Posts one event on a connection of its own, as the gateway does.
    HttpAnswer post(const std::string& body) const;
    /// The same as an HTML form.
    HttpAnswer post_form(const std::string& body) const;
    /// The status of GET /healthz.
    int health() const;

    Process& process() { return *process_; }
    /// Kills it (SIGKILL); start() brings it back on the same port.
    void kill();
    void start();
    /// Stops it (SIGTERM) and returns how it ended.
    ProcessResult stop();

private:
    void launch(const std::string& address);

    std::vector<std::string> launcher_;
    std::vector<std::string> arguments_;
    Environment environment_;
    std::string url_;
    std::unique_ptr<Process> process_;
};

} // namespace blast::test
