#pragma once

#include "support/process.hpp"

#include <csignal>
#include <memory>
#include <string>

namespace blast::test {

/// PgBouncer in transaction mode in front of a server, on a free port of 127.0.0.1: few server connections, so that
/// clients share them. Ended in the destructor.
class Pooler {
public:
    /// `server_url` names the server and who to be there; throws, with what it said, when PgBouncer does not start.
    explicit Pooler(const std::string& server_url);

    /// For DATABASE_URL, with the same database as `server_url`.
    const std::string& url() const noexcept { return url_; }

    /// Answers nothing, as a database that has stopped, until go_on.
    void freeze() const { process_->signal(SIGSTOP); }
    void go_on() const { process_->signal(SIGCONT); }

private:
    TemporaryFolder folder_;
    std::string url_;
    std::unique_ptr<Process> process_;
};

} // namespace blast::test
