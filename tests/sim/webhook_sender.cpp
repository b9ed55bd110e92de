#include "sim/webhook_sender.hpp"

#include "blast/core/printable.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

namespace blast::sim {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t connections = 8;
constexpr long timeout_ms = 30'000;

std::size_t discard(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

curl_slist* json_headers() {
    static curl_slist* const headers =
        curl_slist_append(curl_slist_append(nullptr, "Content-Type: application/json"), "Expect:");
    return headers;
}

} // namespace

/// One connection's worth: an easy handle, used again and again, and the post that it carries.
struct WebhookSender::Transfer {
    CURL* easy = curl_easy_init();
    WebhookPost post;

    Transfer() {
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, json_headers());
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    }
    ~Transfer() { curl_easy_cleanup(easy); }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    Transfer(Transfer&&) = delete;
    Transfer& operator=(Transfer&&) = delete;

    /// The document is not copied: it stays with the transfer.
    void load(WebhookPost next) {
        post = std::move(next);
        curl_easy_setopt(easy, CURLOPT_URL, post.url.c_str());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post.document.c_str());
        curl_easy_setopt(
            easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.document.size()));
    }
};

struct WebhookSender::Callbacks {
    static int on_socket(CURL*, curl_socket_t descriptor, int what, void* self, void*) {
        auto& sender = *static_cast<WebhookSender*>(self);
        return sender.kept_.keep([&] { sender.watch(descriptor, what); }) ? 0 : -1;
    }
    static int on_timer(CURLM*, long wait_ms, void* self) {
        auto& sender = *static_cast<WebhookSender*>(self);
        return sender.kept_.keep([&] { sender.set_timer(wait_ms); }) ? 0 : -1;
    }
};

WebhookSender::WebhookSender(EventLoop& loop, const Log& log)
    : loop_(loop),
      log_(log),
      backoff_(milliseconds(100), std::chrono::seconds(2)),
      multi_(curl_multi_init()) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Callbacks::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Callbacks::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
}

WebhookSender::~WebhookSender() {
    for (const auto& transfer : transfers_) {
        curl_multi_remove_handle(multi_, transfer->easy);
    }
    transfers_.clear();
    curl_multi_cleanup(multi_);
}

void WebhookSender::post(WebhookPost post) {
    queue_.push_back(std::move(post));
    start_what_fits();
}

std::size_t WebhookSender::waiting() const noexcept {
    return queue_.size() + transfers_.size() - idle_.size();
}

void WebhookSender::start_what_fits() {
    while (!pausing_ && !queue_.empty()) {
        if (idle_.empty() && transfers_.size() < connections) {
            idle_.push_back(transfers_.emplace_back(std::make_unique<Transfer>()).get());
        }
        if (idle_.empty()) {
            return;
        }
        Transfer* const transfer = idle_.back();
        idle_.pop_back();
        transfer->load(std::move(queue_.front()));
        queue_.pop_front();
        curl_multi_add_handle(multi_, transfer->easy);
        kept_.rethrow();
    }
}

void WebhookSender::act(int descriptor, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, descriptor, events, &running);
    collect_results();
    kept_.rethrow();
    start_what_fits();
}

void WebhookSender::collect_results() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
        CURL* const easy = message->easy_handle;
        const CURLcode result =
            message->data.result; // NOLINT(cppcoreguidelines-pro-type-union-access): libcurl's own
        Transfer* transfer = nullptr;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_multi_remove_handle(multi_, easy);
        const bool accepted = result == CURLE_OK && status / 100 == 2;
        if (!accepted) {
            log_.detail(fmt::format(
                "webhook: {}",
                result == CURLE_OK ? fmt::format("HTTP {}", status) : curl_easy_strerror(result)));
        }
        finish(*transfer, accepted);
    }
}

void WebhookSender::finish(Transfer& transfer, bool accepted) {
    idle_.push_back(&transfer);
    if (accepted) {
        ++counts_.delivered;
        backoff_.reset();
        return;
    }
    ++counts_.failed_attempts;
    queue_.push_back(
        std::move(transfer.post)); // at the end, so that one that always fails holds up no other
    if (pausing_) {
        return;
    }
    pausing_ = true;
    loop_.schedule(loop_.now() + backoff_.next(random_), [this] {
        pausing_ = false;
        start_what_fits();
    });
}

void WebhookSender::watch(int descriptor, int what) {
    if (what == CURL_POLL_REMOVE) {
        loop_.unwatch(descriptor);
        return;
    }
    const Readiness interest{(what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0};
    loop_.watch(descriptor, interest, [this, descriptor](Readiness ready) {
        act(descriptor,
            (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0));
    });
}

void WebhookSender::set_timer(long milliseconds_from_now) {
    loop_.cancel(timer_);
    timer_ = 0;
    if (milliseconds_from_now < 0) {
        return;
    }
    // Never within this turn of the loop: libcurl must not be called from inside its own callback.
    const auto when =
        loop_.now() + milliseconds(milliseconds_from_now) + std::chrono::nanoseconds(1);
    timer_ = loop_.schedule(when, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

} // namespace blast::sim
