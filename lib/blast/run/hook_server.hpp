#pragma once

#include "blast/core/event_loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct MHD_Daemon;

namespace blast {

/// What the webhook server answers with.
enum class HookAnswer : unsigned {
    taken = 200,       ///< the event is durable
    not_found = 404,   ///< a wrong secret, and every other path
    not_allowed = 405, ///< the right path, but no POST
    too_large = 413,   ///< a body over webhook_body_limit
    unavailable = 503  ///< to be sent again later
};

/// How long a client may take.
struct HookLimits {
    std::chrono::milliseconds body{30'000}; ///< from a request's head to its end
    /// From one request's end to the next one's whole head. Longer than a connection may be silent and the head then
    /// take: libmicrohttpd closes a silent one, but each byte of a head that trickles starts its time anew.
    std::chrono::milliseconds head{60'000};
};

class HookRequests;

/// The server behind POST /hook/<secret> and GET /healthz: HTTP/1.1 on libmicrohttpd's epoll, on the caller's event loop and
/// in its thread. Bodies are handed over whole and wait, their connections suspended, until they are answered. A request
/// with a wrong secret is read and thrown away; the secret is compared in constant time. A request whose body takes
/// longer than 30 s, a connection that says nothing for 30 s, and one that is without a whole head for 60 s are closed. Of
/// 4,096 connections, or fewer where the process may have fewer files, the one whose client has been silent longest makes
/// room for a new one. Not thread-safe.
class HookServer {
public:
    /// A body that waits for its answer.
    using Waiting = std::uint64_t;
    struct Arrival {
        Waiting waiting = 0;
        std::string body;
    };

    /// Takes `listener` over. `on_arrivals` is called from the loop after bodies have arrived.
    HookServer(
        EventLoop& loop,
        int listener,
        std::string secret,
        std::function<void()> on_arrivals,
        const HookLimits& limits = {});
    ~HookServer();
    HookServer(const HookServer&) = delete;
    HookServer& operator=(const HookServer&) = delete;
    HookServer(HookServer&&) = delete;
    HookServer& operator=(HookServer&&) = delete;

    /// At most `limit` bodies that have arrived, in their order.
    std::vector<Arrival> take(std::size_t limit);
    std::size_t arrivals() const noexcept;
    void answer(const std::vector<Waiting>& waiting, HookAnswer with);

    /// What GET /healthz says: 200, or 503.
    void set_healthy(bool healthy) noexcept;
    /// Stops to accept connections; those that there are go on.
    void stop_listening();
    /// Requests whose answer is not sent whole yet.
    std::size_t open_requests() const noexcept;

private:
    void serve();
    void serve_soon();
    void end_overdue_later();

    EventLoop& loop_;
    std::unique_ptr<HookRequests> requests_;
    MHD_Daemon* daemon_;
    int epoll_;
    EventLoop::Timer timer_ = 0;
    EventLoop::Timer overdue_timer_ = 0;
};

} // namespace blast
