#include "blast/gateway/http_engine.hpp"

#include "blast/core/event_loop.hpp"
#include "blast/core/kept_exception.hpp"
#include "blast/gateway/gateway_url.hpp"
#include "blast/gateway/http_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace blast {

namespace {

void initialise_libcurl() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
            throw std::runtime_error("libcurl could not be initialised");
        }
    });
}

TransferSettings transfer_settings(const GatewaySettings& gateway) {
    TransferSettings settings;
    settings.base_url = checked_gateway_url(gateway.url);
    settings.host = gateway_host(settings.base_url);
    settings.ca_file = gateway.ca_file;
    settings.token = gateway.token;
    settings.loopback = is_loopback_host(settings.host);
    const std::string token = fmt::format("x-wsapme-token: {}", gateway.token);
    curl_slist* headers = nullptr;
    for (const char* header :
         {token.c_str(), "Content-Type: application/json", "Accept: application/json", "Expect:"}) {
        headers = curl_slist_append(headers, header);
    }
    settings.headers.reset(headers);
    return settings;
}

struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};

} // namespace

class HttpEngine::Multi {
public:
    Multi(EventLoop& loop, const GatewaySettings& gateway);
    ~Multi();
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;
    Multi(Multi&&) = delete;
    Multi& operator=(Multi&&) = delete;

    void start(HttpRequest request, std::function<void(HttpAnswer)> on_end);

private:
    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
    static int on_timer(CURLM*, long timeout_ms, void* self);

    void watch(curl_socket_t socket, int what);
    void set_timer(long timeout_ms);
    void act(curl_socket_t socket, int events);
    void collect_ended();

    EventLoop& loop_;
    TransferSettings settings_;
    OpenSockets sockets_;
    std::unique_ptr<CURLM, FreeMulti> multi_;
    EventLoop::Timer timer_ = 0;
    KeptException kept_; ///< of libcurl's callbacks
    std::vector<std::unique_ptr<HttpTransfer>> idle_;
    std::unordered_map<CURL*, std::unique_ptr<HttpTransfer>> active_;
};

HttpEngine::Multi::Multi(EventLoop& loop, const GatewaySettings& gateway)
    : loop_(loop), settings_(transfer_settings(gateway)) {
    initialise_libcurl();
    multi_.reset(curl_multi_init());
    CURLM* const multi = multi_.get();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
    // Fewer kept connections than requests in flight, and most requests would open a new one.
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(gateway.concurrency) + 4L);
}

HttpEngine::Multi::~Multi() {
    for (const auto& [easy, transfer] : active_) {
        curl_multi_remove_handle(multi_.get(), easy);
    }
    active_.clear();
    idle_.clear();
    multi_.reset(); // closes its connections, which unwatches their sockets
    loop_.cancel(timer_);
}

void HttpEngine::Multi::start(HttpRequest request, std::function<void(HttpAnswer)> on_end) {
    if (idle_.empty()) {
        idle_.push_back(std::make_unique<HttpTransfer>(settings_, sockets_));
    }
    auto transfer = std::move(idle_.back());
    idle_.pop_back();
    transfer->prepare(settings_.base_url, std::move(request));
    transfer->on_end = std::move(on_end);
    CURL* const easy = transfer->easy();
    active_.emplace(easy, std::move(transfer));
    curl_multi_add_handle(multi_.get(), easy);
    kept_.rethrow();
}

int HttpEngine::Multi::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto* const multi = static_cast<Multi*>(self);
    return multi->kept_.keep([&] { multi->watch(socket, what); }) ? 0 : -1;
}

int HttpEngine::Multi::on_timer(CURLM*, long timeout_ms, void* self) {
    auto* const multi = static_cast<Multi*>(self);
    return multi->kept_.keep([&] { multi->set_timer(timeout_ms); }) ? 0 : -1;
}

/// Watched is what libcurl says, and nothing else: it closes sockets of its own, such as its resolver's, without a word,
/// and the next one may have the same number.
void HttpEngine::Multi::watch(curl_socket_t socket, int what) {
    if (what == CURL_POLL_REMOVE) {
        loop_.unwatch(socket);
        return;
    }
    const Readiness interest{(what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0};
    loop_.watch(socket, interest, [this, socket](Readiness ready) {
        act(socket,
            (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0));
    });
}

void HttpEngine::Multi::set_timer(long timeout_ms) {
    loop_.cancel(timer_);
    timer_ = 0;
    if (timeout_ms < 0) {
        return;
    }
    timer_ = loop_.schedule(BootClock::now() + std::chrono::milliseconds(timeout_ms), [this] {
        timer_ = 0;
        act(CURL_SOCKET_TIMEOUT, 0);
    });
}

void HttpEngine::Multi::act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
    collect_ended();
    kept_.rethrow();
}

void HttpEngine::Multi::collect_ended() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURL* const easy = message->easy_handle;
        const CURLcode code =
            message->data.result; // NOLINT(cppcoreguidelines-pro-type-union-access): libcurl's type
        curl_multi_remove_handle(multi_.get(), easy); // `message` is gone from here on
        const auto found = active_.find(easy);
        if (found->second->met_used_up_connection()) {
            found->second->ask_for_new_connection();
            curl_multi_add_handle(multi_.get(), easy);
            continue;
        }
        auto transfer = std::move(found->second);
        active_.erase(found);
        HttpAnswer answer = transfer->finish(code);
        const auto on_end = std::move(transfer->on_end);
        idle_.push_back(std::move(transfer));
        on_end(std::move(answer));
    }
}

HttpEngine::HttpEngine(EventLoop& loop, const GatewaySettings& settings)
    : multi_(std::make_unique<Multi>(loop, settings)) {}

HttpEngine::~HttpEngine() = default;

void HttpEngine::send(HttpRequest request, std::function<void(HttpAnswer)> on_end) {
    multi_->start(std::move(request), std::move(on_end));
}

} // namespace blast
