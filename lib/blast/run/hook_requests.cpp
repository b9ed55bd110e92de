#include "blast/run/hook_requests.hpp"

#include "blast/core/constant_time.hpp"
#include "blast/gateway/webhook_event.hpp"

#include <charconv>
#include <memory>
#include <new>
#include <sys/socket.h>

namespace blast {

/// A request, from its header lines until its answer is sent.
struct HookRequest {
    std::optional<HookAnswer> answer; ///< nothing: a body that is wanted, and not answered yet
    std::string body;
    std::size_t received = 0;
    Instant begun_at{};
};

namespace {

constexpr std::size_t thrown_away_limit =
    1024UL * 1024; ///< of a body that is not wanted; then the connection is closed
constexpr std::size_t waiting_bytes_limit = 64UL * 1024 * 1024; ///< of all bodies that wait
/// So many connections are kept free: libmicrohttpd accepts up to ten before it looks at those that have ended.
constexpr std::size_t room_kept = 16;

/// libmicrohttpd sees that as the client's end, and closes the connection.
void end_connection(MHD_Connection* connection) {
    const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    shutdown(info->connect_fd, SHUT_RDWR); // NOLINT(cppcoreguidelines-pro-type-union-access)
}

MHD_Result send_answer(MHD_Connection* connection, HookAnswer answer, std::string_view text) {
    // Static texts: libmicrohttpd does not write to a persistent buffer.
    MHD_Response* const response = MHD_create_response_from_buffer(
        text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_PERSISTENT);
    if (response == nullptr) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    if (answer == HookAnswer::unavailable) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    }
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

/// The answer that the request line alone decides.
std::optional<HookAnswer>
HookRequests::route(std::string_view method, std::string_view path) const {
    constexpr std::string_view prefix = "/hook/";
    const bool reads = method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD;
    if (path == "/healthz" && reads) {
        return healthy_ ? HookAnswer::taken : HookAnswer::unavailable;
    }
    if (path.substr(0, prefix.size()) != prefix ||
        !equal_in_constant_time(path.substr(prefix.size()), secret_)) {
        return HookAnswer::not_found;
    }
    if (method != MHD_HTTP_METHOD_POST) {
        return HookAnswer::not_allowed;
    }
    return std::nullopt;
}

MHD_Result HookRequests::begin(
    MHD_Connection* connection, std::string_view method, std::string_view path, void** state) {
    auto request = std::make_unique<HookRequest>();
    request->answer = route(method, path);
    request->begun_at = BootClock::now();
    const std::size_t announced = announced_length(connection);
    if (!request->answer && announced > webhook_body_limit) {
        request->answer = HookAnswer::too_large;
    }
    const std::optional<HookAnswer> answer = request->answer;
    *state = request.release();
    if (const auto silence = silence_of_.find(connection); silence != silence_of_.end()) {
        silence->second->has_head = true;
    }
    ++open_;
    // A body of a reasonable size is read before the answer, else the client might see a reset connection instead of it.
    if (announced > thrown_away_limit && answer) {
        return send_answer(connection, *answer, text_of(*answer));
    }
    return MHD_YES;
}

MHD_Result HookRequests::receive(HookRequest& request, const char* data, std::size_t size) const {
    request.received += size;
    if (request.received > thrown_away_limit ||
        BootClock::now() - request.begun_at > limits_.body) {
        return MHD_NO;
    }
    if (request.answer) {
        return MHD_YES;
    }
    if (request.received > webhook_body_limit) {
        request.answer = HookAnswer::too_large;
        request.body = std::string();
    } else {
        request.body.append(data, size);
    }
    return MHD_YES;
}

/// The request is there whole, or its connection was resumed with an answer.
MHD_Result HookRequests::complete(MHD_Connection* connection, HookRequest& request) {
    stop_awaiting(connection);
    if (!request.answer && waiting_bytes_ + request.body.size() > waiting_bytes_limit) {
        request.answer = HookAnswer::unavailable;
    }
    if (request.answer) {
        return send_answer(connection, *request.answer, text_of(*request.answer));
    }
    MHD_suspend_connection(connection);
    const Waiting waiting = ++last_waiting_;
    waiting_bytes_ += request.body.size();
    suspended_.emplace(waiting, Suspended{connection, &request});
    arrivals_.push_back({waiting, std::move(request.body)});
    has_new_arrivals_ = true;
    return MHD_YES;
}

std::vector<HookRequests::Arrival> HookRequests::take(std::size_t limit) {
    std::vector<Arrival> taken;
    while (!arrivals_.empty() && taken.size() < limit) {
        waiting_bytes_ -= arrivals_.front().body.size();
        taken.push_back(std::move(arrivals_.front()));
        arrivals_.pop_front();
    }
    return taken;
}

void HookRequests::answer(Waiting waiting, HookAnswer with) {
    const auto found = suspended_.find(waiting);
    if (found == suspended_.end()) {
        return;
    }
    found->second.request->answer = with;
    MHD_resume_connection(found->second.connection);
    suspended_.erase(found);
}

void HookRequests::answer_all(HookAnswer with) {
    while (!suspended_.empty()) {
        answer(suspended_.begin()->first, with);
    }
}

void HookRequests::tell_arrivals() {
    if (!has_new_arrivals_) {
        return;
    }
    has_new_arrivals_ = false;
    on_arrivals_();
}

MHD_Result HookRequests::on_request( // NOLINT(readability-function-size): MHD's signature
    void* self,
    MHD_Connection* connection,
    const char* path,
    const char* method,
    const char*,
    const char* data,
    size_t* size,
    void** state) {
    auto& requests = *static_cast<HookRequests*>(self);
    const std::string_view piece(data, *size);
    MHD_Result result = MHD_NO;
    requests.kept_.keep([&] { result = requests.take_in(connection, method, path, piece, state); });
    *size = 0;
    return result;
}

MHD_Result HookRequests::take_in(
    MHD_Connection* connection,
    std::string_view method,
    std::string_view path,
    std::string_view piece,
    void** state) {
    if (*state == nullptr) {
        return begin(connection, method, path, state);
    }
    auto& request = *static_cast<HookRequest*>(*state);
    return piece.empty() ? complete(connection, request)
                         : receive(request, piece.data(), piece.size());
}

void HookRequests::on_completed(
    void* self, MHD_Connection* connection, void** state, MHD_RequestTerminationCode how) {
    auto& requests = *static_cast<HookRequests*>(self);
    const std::unique_ptr<HookRequest> ended(static_cast<HookRequest*>(*state));
    *state = nullptr;
    if (ended != nullptr) {
        --requests.open_;
    }
    if (how == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
        requests.await_client(connection);
    }
}

void HookRequests::on_connection(
    void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
    auto& requests = *static_cast<HookRequests*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        ++requests.connections_;
        requests.make_room();
        requests.await_client(connection);
    } else {
        --requests.connections_;
        requests.closed_ = true;
        requests.stop_awaiting(connection);
    }
}

void HookRequests::await_client(MHD_Connection* connection) noexcept {
    stop_awaiting(connection);
    try {
        auto& place = silence_of_[connection];
        place = silences_.insert(silences_.end(), {connection, BootClock::now()});
    } catch (const std::bad_alloc&) {
        silence_of_.erase(connection);
        end_connection(connection);
    }
}

void HookRequests::stop_awaiting(MHD_Connection* connection) {
    const auto found = silence_of_.find(connection);
    if (found != silence_of_.end()) {
        silences_.erase(found->second);
        silence_of_.erase(found);
    }
}

/// Ends the connection that has been silent longest when few more fit, so that a flood of idle ones keeps nobody out.
void HookRequests::make_room() {
    if (connections_ + room_kept > connection_limit_ && !silences_.empty()) {
        MHD_Connection* const oldest = silences_.front().connection;
        stop_awaiting(oldest);
        end_connection(oldest);
    }
}

void HookRequests::end_overdue() {
    const Instant now = BootClock::now();
    for (Silence& silence : silences_) {
        if (now - silence.since <= limits_.head) {
            return;
        }
        if (!silence.has_head) {
            end_connection(silence.connection);
        }
    }
}

} // namespace blast
