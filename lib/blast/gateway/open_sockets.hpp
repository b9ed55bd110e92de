#pragma once

#include <curl/curl.h>

#include <vector>

namespace blast {

/// The sockets of one engine's connections, by which a kept connection is looked at before it is used again: libcurl 7.88
/// does not name the socket of a transfer (CURLINFO_ACTIVESOCKET is -1 in CURLOPT_PREREQFUNCTION), but its local port.
/// Outlives libcurl's handles. Not thread-safe.
class OpenSockets {
public:
    OpenSockets() = default;
    OpenSockets(const OpenSockets&) = delete;
    OpenSockets& operator=(const OpenSockets&) = delete;
    OpenSockets(OpenSockets&&) = delete;
    OpenSockets& operator=(OpenSockets&&) = delete;
    ~OpenSockets() = default;

    /// Has libcurl open and close the sockets of `easy` here.
    void attach(CURL* easy);

    /// Whether on the connection with this local port something waits to be read, or its end: what nobody has asked for.
    bool has_unread(int local_port);

private:
    struct Socket {
        curl_socket_t descriptor = CURL_SOCKET_BAD;
        int local_port = 0; ///< 0: not known yet
    };

    static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
    static int on_close(void* self, curl_socket_t socket) noexcept;

    std::vector<Socket> sockets_;
};

} // namespace blast
