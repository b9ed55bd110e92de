#pragma once

#include "support/loopback_listener.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace blast::test {

/// What came in.
struct ReceivedRequest {
    std::string path;
    std::string body;
};

/// What goes out. Without an HTTP status the connection is closed instead of an answer.
struct ServedAnswer {
    int status = 200;
    std::string body;
    std::string headers; ///< lines that end with CRLF
    /// Bytes that nobody has asked for, sent on the connection once it has been idle for `stray_after`.
    std::string stray = {};
    bool closes_after_stray = false;
};

/// A web server of the tests' own on a free port of the loopback address, with one thread. Ends its thread and its
/// connections in the destructor.
class LoopbackServer {
public:
    static constexpr std::chrono::milliseconds stray_after{20};

    using Handler = std::function<ServedAnswer(const ReceivedRequest&)>;

    /// `handler` is called on the server's thread.
    explicit LoopbackServer(Handler handler);
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    LoopbackServer(LoopbackServer&&) = delete;
    LoopbackServer& operator=(LoopbackServer&&) = delete;

    /// "http://127.0.0.1:PORT", with `path` behind it.
    std::string url(const std::string& path = {}) const;

private:
    struct Connection {
        int descriptor;
        std::string buffered; ///< what was read of a request
        std::string stray = {};
        bool closes_after_stray = false;
        std::chrono::steady_clock::time_point stray_at = {};
    };

    void serve();
    /// These are false when the connection has ended.
    bool read_some(Connection& connection);
    bool take_requests(Connection& connection);
    bool send_stray(Connection& connection);

    Handler handler_;
    std::vector<Connection> connections_;
    LoopbackListener listener_; ///< last: its thread works on all of these
};

} // namespace blast::test
