#include "blast/run/listen_address.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blast {

namespace {

constexpr int backlog = 1024;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port <= 65535;
}

AddressList addresses_of(const ListenAddress& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (address.host == "localhost" ? 0 : AI_NUMERICHOST);
    addrinfo* found = nullptr;
    if (getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found) != 0) {
        found = nullptr;
    }
    return {found, &freeaddrinfo};
}

int open_socket(const addrinfo& address) {
    const int listener =
        socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
    if (listener < 0) {
        return -1;
    }
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, address.ai_addr, address.ai_addrlen) == 0 &&
        listen(listener, backlog) == 0) {
        return listener;
    }
    const int why = errno;
    close(listener);
    errno = why;
    return -1;
}

} // namespace

bool ListenAddress::is_loopback() const {
    return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

ListenAddress parse_listen_address(std::string_view text, std::string_view what) {
    const std::size_t colon = text.rfind(':');
    ListenAddress address;
    if (colon == std::string_view::npos) {
        address.host = "127.0.0.1";
        address.port = text;
    } else {
        address.host = text.substr(0, colon);
        address.port = text.substr(colon + 1);
        if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
            address.host = address.host.substr(1, address.host.size() - 2);
        }
    }
    if (address.host.empty() || !is_port(address.port) || addresses_of(address) == nullptr) {
        throw UsageError(
            fmt::format("{}: '{}' is no address to listen on", what, printable(text)),
            "give ADDRESS:PORT, such as 127.0.0.1:8080");
    }
    return address;
}

int listen_on(const ListenAddress& address) {
    const AddressList addresses = addresses_of(address);
    const int listener = addresses == nullptr ? -1 : open_socket(*addresses);
    if (listener < 0) {
        throw UsageError(
            fmt::format(
                "cannot listen on '{}:{}' ({})", printable(address.host), address.port,
                std::strerror(errno)), // NOLINT(concurrency-mt-unsafe): one thread
            "free the address, or give another to --listen");
    }
    return listener;
}

std::string local_address(int socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (getsockname(socket, raw, &length) != 0 ||
        getnameinfo(
            raw, length, host.data(), host.size(), port.data(), port.size(),
            NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return "?";
    }
    if (address.ss_family == AF_INET6) {
        return fmt::format("[{}]:{}", host.data(), port.data());
    }
    return fmt::format("{}:{}", host.data(), port.data());
}

} // namespace blast
