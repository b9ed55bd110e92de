#pragma once

#include <string>
#include <string_view>

namespace blast {

/// Where a server listens.
struct ListenAddress {
    std::string host; ///< a numeric address or "localhost"
    std::string port; ///< "0": any free one

    /// Whether only this machine can connect.
    bool is_loopback() const;
};

/// "127.0.0.1:8080", "localhost:8080" or "[::1]:8080". Throws UsageError naming `what` (a flag) for anything else.
ListenAddress parse_listen_address(std::string_view text, std::string_view what);

/// A listening, non-blocking socket, to be closed by the caller. Throws UsageError when the address cannot be listened on.
int listen_on(const ListenAddress& address);

/// "127.0.0.1:8080": where a socket really listens.
std::string local_address(int socket);

} // namespace blast
