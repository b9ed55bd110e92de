#include "blast/gateway/open_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blast {

namespace {

/// 0 while the socket has none.
int local_port_of(curl_socket_t socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return 0;
    }
    if (address.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

bool is_quiet(curl_socket_t socket) {
    char byte = 0;
    const ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

void OpenSockets::attach(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenSockets::on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

/// Two connections to different addresses can have the same local port. Both are looked at, then: a connection too many is
/// given up at worst.
bool OpenSockets::has_unread(int local_port) {
    return std::any_of(sockets_.begin(), sockets_.end(), [&](Socket& socket) {
        if (socket.local_port == 0) {
            socket.local_port = local_port_of(socket.descriptor);
        }
        return socket.local_port == local_port && !is_quiet(socket.descriptor);
    });
}

curl_socket_t OpenSockets::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    const curl_socket_t socket =
        ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (socket == CURL_SOCKET_BAD) {
        return CURL_SOCKET_BAD;
    }
    try {
        static_cast<OpenSockets*>(self)->sockets_.push_back({socket});
    } catch (const std::exception&) {
        close(socket);
        return CURL_SOCKET_BAD;
    }
    return socket;
}

int OpenSockets::on_close(void* self, curl_socket_t socket) noexcept {
    auto& sockets = static_cast<OpenSockets*>(self)->sockets_;
    const auto found = std::find_if(sockets.begin(), sockets.end(), [&](const Socket& open) {
        return open.descriptor == socket;
    });
    if (found != sockets.end()) {
        sockets.erase(found);
    }
    return close(socket);
}

} // namespace blast
