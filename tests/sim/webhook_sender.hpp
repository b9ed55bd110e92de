#pragma once

#include "blast/core/backoff.hpp"
#include "blast/core/event_loop.hpp"
#include "blast/core/kept_exception.hpp"
#include "blast/core/log.hpp"
#include "blast/core/random.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace blast::sim {

/// A JSON document on its way to a URL.
struct WebhookPost {
    std::string url;
    std::string document;
};

struct WebhookCounts {
    std::uint64_t delivered = 0;
    std::uint64_t failed_attempts = 0;
};

/// Posts documents, a few at a time over kept connections, each until it is answered with 2xx; after a failure all wait,
/// longer each time. Not in order. Works in the event loop's thread, on libcurl's multi interface
/// (https://curl.se/libcurl/c/libcurl-multi.html).
class WebhookSender {
public:
    WebhookSender(EventLoop& loop, const Log& log);
    /// Ends posts that are under way; what is queued is dropped.
    ~WebhookSender();
    WebhookSender(const WebhookSender&) = delete;
    WebhookSender& operator=(const WebhookSender&) = delete;
    WebhookSender(WebhookSender&&) = delete;
    WebhookSender& operator=(WebhookSender&&) = delete;

    void post(WebhookPost post);

    const WebhookCounts& counts() const noexcept { return counts_; }
    /// Not yet delivered, those under way included.
    std::size_t waiting() const noexcept;

private:
    struct Callbacks;
    struct Transfer;

    void start_what_fits();
    void act(int descriptor, int events);
    void collect_results();
    void finish(Transfer& transfer, bool accepted);
    void watch(int descriptor, int what);
    void set_timer(long milliseconds);

    EventLoop& loop_;
    const Log& log_;
    Random random_ = Random::from_system();
    Backoff backoff_;
    bool pausing_ = false;
    EventLoop::Timer timer_ = 0;
    KeptException kept_; ///< of libcurl's callbacks
    WebhookCounts counts_;
    std::deque<WebhookPost> queue_;
    std::vector<std::unique_ptr<Transfer>> transfers_;
    std::vector<Transfer*> idle_;
    void* multi_; ///< libcurl's CURLM
};

} // namespace blast::sim
