#pragma once

#include "blast/core/event_loop.hpp"

#include "sim/answer.hpp"
#include "sim/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>

struct MHD_Daemon;

namespace blast::sim {

/// HTTP/1.1 on libmicrohttpd, over TLS where there is a certificate, run by our own event loop: its epoll descriptor is one more that the loop waits for, so that
/// everything happens in one thread. Connections are kept alive, bodies are read up to 64 KiB (413 beyond), and an
/// answer that is due later holds up nobody else (MHD_suspend_connection).
class HttpServer {
public:
    using Handler = std::function<Answer(const Request&)>;

    /// Takes over the listening socket. Throws UnavailableError when it cannot be served.
    HttpServer(EventLoop& loop, int listener, const Certificate& certificate, Handler handler);
    /// Ends all connections; answers that are due later are never given.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;

    std::uint64_t open_connections() const;
    std::uint64_t accepted_connections() const;

private:
    struct Connections;

    void serve();
    void serve_in_next_turn();

    EventLoop& loop_;
    std::unique_ptr<Connections> connections_;
    MHD_Daemon* daemon_;
    int epoll_ = -1;
    bool turn_scheduled_ = false;
};

} // namespace blast::sim
