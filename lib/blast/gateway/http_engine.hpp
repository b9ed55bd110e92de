#pragma once

#include "blast/core/clock.hpp"
#include "blast/domain/send_outcome.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace blast {

class EventLoop;

/// Where the gateway is and how to speak to it. The token is a secret: it goes into a header and nowhere else.
struct GatewaySettings {
    std::string url = "https://api.wsapme.com"; ///< https, or http for a loopback address only
    std::string token;
    std::string ca_file;         ///< trust this CA instead of the system's; empty: the system's
    std::size_t concurrency = 8; ///< requests in flight that keep a connection of their own
};

struct HttpRequest {
    std::string path; ///< such as "/v1/sendMessage2"
    std::string body; ///< JSON of a POST; empty: GET
    std::chrono::milliseconds timeout{25'000};
    /// Asked at the last moment, when libcurl is about to write the first byte; false holds the request back. It must throw
    /// nothing, since libcurl calls it. Empty: yes.
    std::function<bool()> may_begin;
    bool date_wanted =
        false; ///< fill in HttpAnswer::date, which costs a sending run more than it is worth
};

struct HttpAnswer {
    Transport transport = Transport::broken;
    /// Whether a byte of the request may have been written. False is proof that the gateway has seen nothing of it.
    bool request_begun = true;
    bool held_back = false; ///< HttpRequest::may_begin said no
    long status = 0;        ///< the gateway's HTTP status, 0 without one
    std::string body;       ///< the token, where the gateway repeats it, is "[token]"
    std::optional<std::chrono::seconds>
        retry_after; ///< Retry-After in seconds or as a date (RFC 9110, 10.2.3), at most a day
    std::optional<WallTime>
        date; ///< if wanted: the gateway's clock, Date (RFC 9110, 6.6.1), to the second
    /// When transport is not `answered`: libcurl's words, or "cannot resolve NAME".
    std::string failure;
};

/// HTTP/1.1 requests over libcurl's multi interface on an event loop: no thread, no blocking call. A request is never
/// issued twice: libcurl re-sends a POST by itself when a reused connection dies before the answer, so
/// CURLOPT_PREREQFUNCTION lets each transfer through once and aborts its second issue. Redirects are not followed
/// (they would carry the token away), and no Expect header is sent. A proxy of the environment (https_proxy, all_proxy,
/// no_proxy, also in upper case) is used, but never for a loopback address. Not thread-safe.
class HttpEngine {
public:
    /// Throws UsageError for a URL that is neither https nor loopback http.
    HttpEngine(EventLoop& loop, const GatewaySettings& settings);
    ~HttpEngine();
    HttpEngine(const HttpEngine&) = delete;
    HttpEngine& operator=(const HttpEngine&) = delete;
    HttpEngine(HttpEngine&&) = delete;
    HttpEngine& operator=(HttpEngine&&) = delete;

    /// `on_end` is called once from the loop, never from here.
    void send(HttpRequest request, std::function<void(HttpAnswer)> on_end);

private:
    class Multi;
    std::unique_ptr<Multi> multi_;
};

} // namespace blast
