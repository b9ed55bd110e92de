#include "blast/run/hook_server.hpp"

#include "blast/core/error.hpp"
#include "blast/run/hook_requests.hpp"

#include <algorithm>
#include <microhttpd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace blast {

namespace {

constexpr rlim_t most_connections = 4096;
constexpr rlim_t other_files =
    64; ///< the database's connections, the standard streams, libraries' own
constexpr std::size_t connection_memory =
    16UL * 1024; ///< for a request's headers and pieces of its body
constexpr unsigned idle_seconds = 30;

/// Below the process's own limit: without a descriptor left, libmicrohttpd stops to accept, and nobody can make room.
unsigned connection_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return most_connections;
    }
    const rlim_t usable = std::max(files.rlim_cur, 2 * other_files) - other_files;
    return static_cast<unsigned>(std::min(usable, most_connections));
}

} // namespace

HookServer::HookServer(
    EventLoop& loop,
    int listener,
    std::string secret,
    std::function<void()> on_arrivals,
    const HookLimits& limits)
    : loop_(loop),
      requests_(std::make_unique<HookRequests>(
          std::move(secret), limits, connection_limit(), std::move(on_arrivals))),
      daemon_(MHD_start_daemon(
          MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO,
          0,
          nullptr,
          nullptr,
          &HookRequests::on_request,
          requests_.get(),
          MHD_OPTION_LISTEN_SOCKET,
          listener,
          MHD_OPTION_CONNECTION_LIMIT,
          connection_limit(),
          MHD_OPTION_CONNECTION_MEMORY_LIMIT,
          connection_memory,
          MHD_OPTION_CONNECTION_TIMEOUT,
          idle_seconds,
          MHD_OPTION_NOTIFY_COMPLETED,
          &HookRequests::on_completed,
          requests_.get(),
          MHD_OPTION_NOTIFY_CONNECTION,
          &HookRequests::on_connection,
          requests_.get(),
          MHD_OPTION_END)) {
    if (daemon_ == nullptr) {
        close(listener);
        throw UnavailableError(
            "the webhook server did not start",
            "see that the system has memory and descriptors left");
    }
    const auto* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    epoll_ = info->epoll_fd; // NOLINT(cppcoreguidelines-pro-type-union-access): MHD's own interface
    loop_.watch(epoll_, {true, false}, [this](Readiness) { serve(); });
    serve_soon();
    end_overdue_later();
}

HookServer::~HookServer() {
    loop_.cancel(timer_);
    loop_.cancel(overdue_timer_);
    loop_.unwatch(epoll_);
    // MHD ends the process when a connection is still suspended at its end.
    requests_->answer_all(HookAnswer::unavailable);
    MHD_stop_daemon(daemon_);
}

std::vector<HookServer::Arrival> HookServer::take(std::size_t limit) {
    return requests_->take(limit);
}

std::size_t HookServer::arrivals() const noexcept {
    return requests_->arrivals();
}

void HookServer::answer(const std::vector<Waiting>& waiting, HookAnswer with) {
    for (const Waiting one : waiting) {
        requests_->answer(one, with);
    }
    serve_soon();
}

void HookServer::set_healthy(bool healthy) noexcept {
    requests_->set_healthy(healthy);
}

void HookServer::stop_listening() {
    const MHD_socket listener = MHD_quiesce_daemon(daemon_);
    if (listener != MHD_INVALID_SOCKET) {
        close(listener);
    }
}

std::size_t HookServer::open_requests() const noexcept {
    return requests_->open();
}

/// MHD's sockets are edge-triggered: it is run until it has nothing left to do, but not so long that a flood of requests
/// keeps the database and signals waiting.
void HookServer::serve() {
    constexpr int turns_at_once = 16;
    MHD_UNSIGNED_LONG_LONG wait = 0;
    bool sleeps = false;
    MHD_Result limited = MHD_NO;
    for (int turn = 0; turn < turns_at_once && !sleeps; ++turn) {
        MHD_run(daemon_);
        requests_->rethrow();
        limited = MHD_get_timeout(daemon_, &wait);
        // Its listener, out of epoll while it had all the connections that it may, comes back at the run after a close.
        sleeps = !requests_->note_closed() && (limited != MHD_YES || wait > 0);
    }
    loop_.cancel(timer_);
    timer_ = 0;
    if (!sleeps || limited == MHD_YES) {
        const std::chrono::milliseconds pause(sleeps ? wait : 0);
        timer_ = loop_.schedule(BootClock::now() + pause, [this] { serve(); });
    }
    // Last: who is told may answer at once, which sets the timer to now.
    requests_->tell_arrivals();
}

void HookServer::serve_soon() {
    loop_.cancel(timer_);
    timer_ = loop_.schedule(BootClock::now(), [this] { serve(); });
}

void HookServer::end_overdue_later() {
    overdue_timer_ = loop_.schedule(BootClock::now() + std::chrono::seconds(1), [this] {
        requests_->end_overdue();
        serve(); // also for a listener that went out of epoll and that no timer brings back
        end_overdue_later();
    });
}

} // namespace blast
