#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
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
};

/// A web server of the tests' own on a free port of the loopback address, with one thread. Ends its thread and its
/// connections in the destructor.
class LoopbackServer {
public:
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
    void serve();
    void accept_one();
    /// False when the connection has ended.
    bool read_some(int connection, std::string& buffered);
    bool take_requests(int connection, std::string& buffered);

    Handler handler_;
    int listener_;
    int stop_;
    std::uint16_t port_ = 0;
    std::vector<std::pair<int, std::string>>
        connections_; ///< descriptor, and what was read of a request
    std::thread thread_;
};

} // namespace blast::test
