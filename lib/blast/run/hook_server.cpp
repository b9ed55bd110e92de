#include "blast/run/hook_server.hpp"

#include "blast/core/constant_time.hpp"
#include "blast/core/error.hpp"
#include "blast/gateway/webhook_event.hpp"

#include <charconv>
#include <deque>
#include <microhttpd.h>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <unordered_map>

namespace blast {

namespace {

constexpr unsigned connection_limit = 4096;
constexpr std::size_t connection_memory =
    16UL * 1024; ///< for a request's headers and pieces of its body
constexpr unsigned idle_seconds = 30;
constexpr std::chrono::seconds request_limit{30};
constexpr std::size_t thrown_away_limit =
    1024UL * 1024; ///< of a body that is not wanted; then the connection is closed
constexpr std::size_t waiting_bytes_limit = 64UL * 1024 * 1024; ///< of all bodies that wait

/// A request, from its header lines until its answer is sent.
struct HookRequest {
    std::optional<HookAnswer> answer; ///< nothing: a body that is wanted, and not answered yet
    std::string_view text;            ///< of the answer
    std::string body;
    std::size_t received = 0;
    Instant begun_at{};
    HookServer::Waiting waiting = 0; ///< 0: it does not wait
    bool head_only = false;
};

MHD_Result send_answer(MHD_Connection* connection, HookAnswer answer, std::string_view text) {
    // Static texts: libmicrohttpd does not write to a persistent buffer.
    MHD_Response* const response = MHD_create_response_from_buffer(
        text.size(),
        const_cast<char*>(text.data()), // NOLINT(cppcoreguidelines-pro-type-const-cast)
        MHD_RESPMEM_PERSISTENT);
    if (response == nullptr)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    if (answer == HookAnswer::unavailable)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    const MHD_Result queued =
        MHD_queue_response(connection, static_cast<unsigned>(answer), response);
    MHD_destroy_response(response);
    return queued;
}

std::string_view text_of(HookAnswer answer) {
    switch (answer) {
    case HookAnswer::taken: return "{\"status\":\"ok\"}\n";
    case HookAnswer::not_found: return "{\"error\":\"not found\"}\n";
    case HookAnswer::not_allowed: return "{\"error\":\"use POST\"}\n";
    case HookAnswer::too_large: return "{\"error\":\"the body is larger than 64 KiB\"}\n";
    case HookAnswer::unavailable: break;
    }
    return "{\"error\":\"not now: send it again later\"}\n";
}

std::size_t announced_length(MHD_Connection* connection) {
    const char* const text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const std::string_view digits = text == nullptr ? std::string_view() : text;
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return error == std::errc::result_out_of_range ? SIZE_MAX : length;
}

} // namespace

/// What MHD's callbacks work on.
class HookServer::Requests {
public:
    Requests(std::string secret, std::function<void()> on_arrivals)
        : secret_(std::move(secret)), on_arrivals_(std::move(on_arrivals)) {}

    static MHD_Result on_request(
        void* self,
        MHD_Connection* connection,
        const char* path,
        const char* method,
        const char* version,
        const char* data,
        size_t* size,
        void** state);
    static void on_completed(
        void* self, MHD_Connection* connection, void** state, MHD_RequestTerminationCode how);

    std::vector<Arrival> take(std::size_t limit);
    std::size_t arrivals() const noexcept { return arrivals_.size(); }
    void answer(Waiting waiting, HookAnswer with);
    void answer_all(HookAnswer with);
    void set_healthy(bool healthy) noexcept { healthy_ = healthy; }
    std::size_t open() const noexcept { return open_; }
    /// Whether bodies have arrived since the last call.
    void tell_arrivals();

private:
    struct Suspended {
        MHD_Connection* connection;
        HookRequest* request;
    };

    std::optional<HookAnswer> route(std::string_view method, std::string_view path) const;
    MHD_Result
    begin(MHD_Connection* connection, std::string_view method, std::string_view path, void** state);
    MHD_Result receive(HookRequest& request, const char* data, std::size_t size);
    MHD_Result complete(MHD_Connection* connection, HookRequest& request);

    std::string secret_;
    std::function<void()> on_arrivals_;
    bool healthy_ = true;
    bool has_new_arrivals_ = false;
    std::deque<Arrival> arrivals_;
    std::unordered_map<Waiting, Suspended> suspended_;
    Waiting last_waiting_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::size_t open_ = 0;
};

/// The answer that the request line alone decides.
std::optional<HookAnswer>
HookServer::Requests::route(std::string_view method, std::string_view path) const {
    constexpr std::string_view prefix = "/hook/";
    const bool reads = method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD;
    if (path == "/healthz" && reads)
        return healthy_ ? HookAnswer::taken : HookAnswer::unavailable;
    if (path.substr(0, prefix.size()) != prefix ||
        !equal_in_constant_time(path.substr(prefix.size()), secret_))
        return HookAnswer::not_found;
    if (method != MHD_HTTP_METHOD_POST)
        return HookAnswer::not_allowed;
    return std::nullopt;
}

MHD_Result HookServer::Requests::begin(
    MHD_Connection* connection, std::string_view method, std::string_view path, void** state) {
    auto request = std::make_unique<HookRequest>();
    request->answer = route(method, path);
    request->begun_at = BootClock::now();
    const std::size_t announced = announced_length(connection);
    if (!request->answer && announced > webhook_body_limit)
        request->answer = HookAnswer::too_large;
    const std::optional<HookAnswer> answer = request->answer;
    *state = request.release();
    ++open_;
    // A body of a reasonable size is read before the answer, else the client might see a reset connection instead of it.
    if (announced > thrown_away_limit && answer)
        return send_answer(connection, *answer, text_of(*answer));
    return MHD_YES;
}

MHD_Result HookServer::Requests::receive(HookRequest& request, const char* data, std::size_t size) {
    request.received += size;
    if (request.received > thrown_away_limit || BootClock::now() - request.begun_at > request_limit)
        return MHD_NO;
    if (request.answer)
        return MHD_YES;
    if (request.received > webhook_body_limit) {
        request.answer = HookAnswer::too_large;
        request.body = std::string();
    } else {
        request.body.append(data, size);
    }
    return MHD_YES;
}

/// The request is there whole, or its connection was resumed with an answer.
MHD_Result HookServer::Requests::complete(MHD_Connection* connection, HookRequest& request) {
    if (!request.answer && waiting_bytes_ + request.body.size() > waiting_bytes_limit)
        request.answer = HookAnswer::unavailable;
    if (request.answer)
        return send_answer(connection, *request.answer, text_of(*request.answer));
    MHD_suspend_connection(connection);
    request.waiting = ++last_waiting_;
    waiting_bytes_ += request.body.size();
    suspended_.emplace(request.waiting, Suspended{connection, &request});
    arrivals_.push_back({request.waiting, std::move(request.body)});
    has_new_arrivals_ = true;
    return MHD_YES;
}

std::vector<HookServer::Arrival> HookServer::Requests::take(std::size_t limit) {
    std::vector<Arrival> taken;
    while (!arrivals_.empty() && taken.size() < limit) {
        waiting_bytes_ -= arrivals_.front().body.size();
        taken.push_back(std::move(arrivals_.front()));
        arrivals_.pop_front();
    }
    return taken;
}

void HookServer::Requests::answer(Waiting waiting, HookAnswer with) {
    const auto found = suspended_.find(waiting);
    if (found == suspended_.end())
        return;
    found->second.request->answer = with;
    MHD_resume_connection(found->second.connection);
    suspended_.erase(found);
}

void HookServer::Requests::answer_all(HookAnswer with) {
    while (!suspended_.empty())
        answer(suspended_.begin()->first, with);
}

void HookServer::Requests::tell_arrivals() {
    if (!has_new_arrivals_)
        return;
    has_new_arrivals_ = false;
    on_arrivals_();
}

MHD_Result HookServer::Requests::on_request( // NOLINT(readability-function-size): MHD's signature
    void* self,
    MHD_Connection* connection,
    const char* path,
    const char* method,
    const char*,
    const char* data,
    size_t* size,
    void** state) {
    auto& requests = *static_cast<Requests*>(self);
    if (*state == nullptr)
        return requests.begin(connection, method, path, state);
    auto& request = *static_cast<HookRequest*>(*state);
    if (*size > 0) {
        const MHD_Result going_on = requests.receive(request, data, *size);
        *size = 0;
        return going_on;
    }
    return requests.complete(connection, request);
}

void HookServer::Requests::on_completed(
    void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<HookRequest> ended(static_cast<HookRequest*>(*state));
    *state = nullptr;
    if (ended != nullptr)
        --static_cast<Requests*>(self)->open_;
}

HookServer::HookServer(
    EventLoop& loop, int listener, std::string secret, std::function<void()> on_arrivals)
    : loop_(loop),
      requests_(std::make_unique<Requests>(std::move(secret), std::move(on_arrivals))),
      daemon_(MHD_start_daemon(
          MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO,
          0,
          nullptr,
          nullptr,
          &Requests::on_request,
          requests_.get(),
          MHD_OPTION_LISTEN_SOCKET,
          listener,
          MHD_OPTION_CONNECTION_LIMIT,
          connection_limit,
          MHD_OPTION_CONNECTION_MEMORY_LIMIT,
          connection_memory,
          MHD_OPTION_CONNECTION_TIMEOUT,
          idle_seconds,
          MHD_OPTION_NOTIFY_COMPLETED,
          &Requests::on_completed,
          requests_.get(),
          MHD_OPTION_END)) {
    if (daemon_ == nullptr) {
        close(listener);
        throw UnavailableError(
            "the webhook server did not start",
            "see that the system has memory and descriptors left");
    }
    const auto* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    epoll_ = info->epoll_fd; // NOLINT(cppcoreguidelines-pro-type-union-access): MHD's own interface
    loop_.watch(epoll_, {true, false}, [this](Readiness) { serve(); });
    serve_soon();
}

HookServer::~HookServer() {
    loop_.cancel(timer_);
    loop_.unwatch(epoll_);
    // MHD ends the process when a connection is still suspended at its end.
    requests_->answer_all(HookAnswer::unavailable);
    MHD_stop_daemon(daemon_);
}

std::vector<HookServer::Arrival> HookServer::take(std::size_t limit) {
    return requests_->take(limit);
}

std::size_t HookServer::arrivals() const noexcept {
    return requests_->arrivals();
}

void HookServer::answer(const std::vector<Waiting>& waiting, HookAnswer with) {
    for (const Waiting one : waiting)
        requests_->answer(one, with);
    serve_soon();
}

void HookServer::set_healthy(bool healthy) noexcept {
    requests_->set_healthy(healthy);
}

void HookServer::stop_listening() {
    const MHD_socket listener = MHD_quiesce_daemon(daemon_);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
}

std::size_t HookServer::open_requests() const noexcept {
    return requests_->open();
}

/// MHD's sockets are edge-triggered: it is run until it has nothing left to do, but not so long that a flood of requests
/// keeps the database and signals waiting.
void HookServer::serve() {
    constexpr int turns_at_once = 16;
    MHD_UNSIGNED_LONG_LONG wait = 0;
    bool sleeps = false;
    MHD_Result limited = MHD_NO;
    for (int turn = 0; turn < turns_at_once && !sleeps; ++turn) {
        MHD_run(daemon_);
        limited = MHD_get_timeout(daemon_, &wait);
        sleeps = limited != MHD_YES || wait > 0;
    }
    loop_.cancel(timer_);
    timer_ = 0;
    if (limited == MHD_YES)
        timer_ =
            loop_.schedule(BootClock::now() + std::chrono::milliseconds(wait), [this] { serve(); });
    // Last: who is told may answer at once, which sets the timer to now.
    requests_->tell_arrivals();
}

void HookServer::serve_soon() {
    loop_.cancel(timer_);
    timer_ = loop_.schedule(BootClock::now(), [this] { serve(); });
}

} // namespace blast
