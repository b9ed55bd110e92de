#include "sim/address.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include "sim/number.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace blast::sim {

namespace {

/// Room for an address of either family; the sockets interface takes them all through one pointer.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    template <typename Family>
    Family& as() {
        return reinterpret_cast<Family&>(storage);
    }
};

bool is_loopback_ipv4(const std::string& host) {
    in_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 && (ntohl(parsed.s_addr) >> 24U) == 127;
}

bool is_loopback_host(const std::string& host) {
    return host == "localhost" || host == "[::1]" || is_loopback_ipv4(host);
}

SocketAddress socket_address(const ListenAddress& address) {
    SocketAddress result;
    if (address.host == "::1") {
        auto& ipv6 = result.as<sockaddr_in6>();
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_addr = in6addr_loopback;
        ipv6.sin6_port = htons(address.port);
        result.length = sizeof ipv6;
        return result;
    }
    auto& ipv4 = result.as<sockaddr_in>();
    ipv4.sin_family = AF_INET;
    inet_pton(AF_INET, address.host.c_str(), &ipv4.sin_addr);
    ipv4.sin_port = htons(address.port);
    result.length = sizeof ipv4;
    return result;
}

} // namespace

ListenAddress parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const std::string host(text.substr(0, colon));
    const std::string_view digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    const auto port = parse_number<std::uint16_t>(digits);
    if (!port) {
        throw UsageError(
            fmt::format("--listen: '{}' is not an address with a port", printable(text)),
            "write 127.0.0.1:8088, or port 0 to have a free one picked");
    }
    if (!is_loopback_host(host)) {
        throw UsageError(
            fmt::format("--listen: '{}' is not a loopback address", printable(text)),
            "the simulator serves this machine only; write 127.0.0.1:PORT");
    }
    if (host == "[::1]") {
        return {"::1", *port};
    }
    return {host == "localhost" ? "127.0.0.1" : host, *port};
}

bool is_loopback_url(const std::string& url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
        return false;
    }
    const auto part_is = [&parsed](CURLUPart which, auto&& good) {
        char* text = nullptr;
        if (curl_url_get(parsed.get(), which, &text, 0) != CURLUE_OK) {
            return false;
        }
        const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
        return good(std::string(text));
    };
    return part_is(CURLUPART_SCHEME, [](const std::string& scheme) { return scheme == "http"; }) &&
           part_is(CURLUPART_HOST, is_loopback_host);
}

int open_listener(const ListenAddress& address) {
    constexpr int backlog = 4096;
    constexpr int yes = 1;
    SocketAddress where = socket_address(address);
    const int listener =
        socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (listener >= 0) {
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(listener, where.get(), where.length) == 0 && listen(listener, backlog) == 0) {
            return listener;
        }
    }
    const std::string reason = std::generic_category().message(errno);
    if (listener >= 0) {
        close(listener);
    }
    throw UnavailableError(
        fmt::format("cannot listen on {} port {}: {}", address.host, address.port, reason),
        "stop what uses it, or give port 0 to have a free one picked");
}

std::string url_of(int listener, const char* scheme) {
    SocketAddress own;
    own.length = sizeof own.storage;
    if (getsockname(listener, own.get(), &own.length) != 0) {
        throw std::system_error(errno, std::generic_category(), "getsockname");
    }
    if (own.storage.ss_family == AF_INET6) {
        return fmt::format("{}://[::1]:{}", scheme, ntohs(own.as<sockaddr_in6>().sin6_port));
    }
    std::array<char, INET_ADDRSTRLEN> host{};
    const auto& ipv4 = own.as<sockaddr_in>();
    inet_ntop(AF_INET, &ipv4.sin_addr, host.data(), host.size());
    return fmt::format("{}://{}:{}", scheme, host.data(), ntohs(ipv4.sin_port));
}

} // namespace blast::sim
