#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace blast::sim {

/// Where to listen; always this machine's own loopback.
struct ListenAddress {
    std::string host;       ///< "127.0.0.1" or "::1"
    std::uint16_t port = 0; ///< 0: any free one
};

/// "127.0.0.1:8088", "localhost:0" or "[::1]:8088". Throws UsageError for anything else, also for other addresses than
/// loopback ones: the simulator has no protection against strangers.
ListenAddress parse_listen_address(std::string_view text);

/// Whether the URL is plain http to a loopback address or localhost, as the simulator may post to.
bool is_loopback_url(const std::string& url);

/// A bound, listening, non-blocking socket. Throws UnavailableError when the address cannot be taken.
/// The caller closes it.
int open_listener(const ListenAddress& address);

/// "http://127.0.0.1:8088", with the port that the socket really has.
std::string url_of(int listener, const char* scheme);

} // namespace blast::sim
