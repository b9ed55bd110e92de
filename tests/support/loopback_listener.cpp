#include "support/loopback_listener.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace blast::test {

LoopbackListener::LoopbackListener()
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof where;
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    const bool listens = bind(listener_, address, length) == 0 && listen(listener_, 64) == 0 &&
                         getsockname(listener_, address, &length) == 0;
    if (!listens)
        throw std::system_error(errno, std::generic_category(), "listen on the loopback address");
    port_ = ntohs(where.sin_port);
}

LoopbackListener::~LoopbackListener() {
    stop();
    close(listener_);
    close(stop_);
}

std::string LoopbackListener::url() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

void LoopbackListener::start(std::function<void()> serve) {
    thread_ = std::thread(std::move(serve));
}

void LoopbackListener::stop() {
    if (!thread_.joinable())
        return;
    eventfd_write(stop_, 1);
    thread_.join();
}

std::optional<LoopbackListener::Turn>
LoopbackListener::wait(const std::vector<int>& connections, int milliseconds) const {
    std::vector<pollfd> waited{{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const int descriptor : connections)
        waited.push_back({descriptor, POLLIN, 0});
    poll(waited.data(), waited.size(), milliseconds);
    if (waited[0].revents != 0)
        return std::nullopt;
    Turn turn;
    for (std::size_t i = 2; i < waited.size(); ++i)
        turn.readable.push_back(waited[i].revents != 0);
    if (waited[1].revents != 0)
        turn.accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    return turn;
}

} // namespace blast::test
