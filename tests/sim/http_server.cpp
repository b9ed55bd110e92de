#include "sim/http_server.hpp"

#include "blast/core/error.hpp"
#include "blast/core/kept_exception.hpp"

#include <array>
#include <microhttpd.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_set>

namespace blast::sim {

namespace {

constexpr std::size_t body_limit = std::size_t{64} * 1024;
constexpr unsigned connection_limit = 60'000;
/// For a request's headers and pieces of its body. MHD clears it after each request, so it is kept small.
constexpr std::size_t connection_memory = std::size_t{8} * 1024;

/// A request and its answer. Lives from the first header line until the answer is sent.
struct Exchange {
    std::string body;
    bool too_large = false;
    bool answered = false;
    Answer answer;
};

/// An abort rather than an orderly end: with a linger time of 0 close(2) sends RST (socket(7)).
MHD_Result abort_connection(MHD_Connection* connection) {
    const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const linger at_once{1, 0};
    if (info != nullptr) {
        setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return MHD_NO;
}

MHD_Result send_answer(MHD_Connection* connection, Answer& answer) {
    if (answer.reset) {
        return abort_connection(connection);
    }
    // The body lives in the exchange, which MHD's notice of completion ends; so it need not be copied.
    MHD_Response* const response = MHD_create_response_from_buffer(
        answer.body.size(), answer.body.data(), MHD_RESPMEM_PERSISTENT);
    if (response == nullptr) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type);
    for (const auto& [name, value] : answer.headers) {
        MHD_add_response_header(response, name, value.c_str());
    }
    const MHD_Result queued =
        MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return queued;
}

Request request_of(
    MHD_Connection* connection, const char* method, const char* path, const Exchange& exchange) {
    const char* const token =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "x-wsapme-token");
    return {method, path, token == nullptr ? std::string_view() : token, exchange.body};
}

Answer too_large() {
    Answer answer;
    answer.status = MHD_HTTP_CONTENT_TOO_LARGE;
    answer.body = R"({"success":false,"message":"the body is larger than 64 KiB"})";
    return answer;
}

std::array<MHD_OptionItem, 3> tls_options(const Certificate& certificate) {
    const MHD_OptionItem end{MHD_OPTION_END, 0, nullptr};
    if (certificate.chain.empty()) {
        return {end, end, end};
    }
    const auto option = [](MHD_OPTION name, const std::string& text) {
        return MHD_OptionItem{name, 0, const_cast<char*>(text.c_str())}; // MHD only reads it
    };
    return {
        option(MHD_OPTION_HTTPS_MEM_CERT, certificate.chain),
        option(MHD_OPTION_HTTPS_MEM_KEY, certificate.key), end};
}

void append(Exchange& exchange, std::string_view piece) {
    exchange.too_large = exchange.too_large || exchange.body.size() + piece.size() > body_limit;
    if (!exchange.too_large) {
        exchange.body.append(piece);
    }
}

} // namespace

/// What MHD's callbacks work on.
struct HttpServer::Connections {
    HttpServer& server;
    Handler handler;
    std::unordered_set<MHD_Connection*> suspended;
    std::uint64_t accepted = 0;
    bool stopping = false;
    KeptException kept; ///< of MHD's callbacks

    MHD_Result take_in(
        MHD_Connection* connection,
        const char* method,
        const char* path,
        std::string_view piece,
        void** state);
    MHD_Result complete(MHD_Connection* connection, Exchange& exchange, const Request& request);
    MHD_Result answer_later(MHD_Connection* connection, std::chrono::milliseconds delay);
    void resume(MHD_Connection* connection);

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
    static void on_connection(
        void* self, MHD_Connection* connection, void** state, MHD_ConnectionNotificationCode what);
};

MHD_Result HttpServer::Connections::complete(
    MHD_Connection* connection, Exchange& exchange, const Request& request) {
    if (stopping) {
        return abort_connection(connection);
    }
    if (exchange.answered) {
        return send_answer(connection, exchange.answer);
    }
    exchange.answered = true;
    exchange.answer = exchange.too_large ? too_large() : handler(request);
    if (exchange.answer.delay.count() > 0) {
        return answer_later(connection, exchange.answer.delay);
    }
    return send_answer(connection, exchange.answer);
}

MHD_Result
HttpServer::Connections::answer_later(MHD_Connection* connection, std::chrono::milliseconds delay) {
    MHD_suspend_connection(connection);
    suspended.insert(connection);
    // Not by the loop's time, which is that of its last wake: the message was accepted after it.
    server.loop_.schedule(BootClock::now() + delay, [this, connection] { resume(connection); });
    return MHD_YES;
}

void HttpServer::Connections::resume(MHD_Connection* connection) {
    suspended.erase(connection);
    MHD_resume_connection(connection);
    server.serve_in_next_turn();
}

MHD_Result
HttpServer::Connections::on_request( // NOLINT(readability-function-size): MHD's signature
    void* self,
    MHD_Connection* connection,
    const char* path,
    const char* method,
    const char*,
    const char* data,
    size_t* size,
    void** state) {
    auto& connections = *static_cast<Connections*>(self);
    const std::string_view piece(data, *size);
    MHD_Result result = MHD_NO;
    connections.kept.keep(
        [&] { result = connections.take_in(connection, method, path, piece, state); });
    *size = 0;
    return result;
}

MHD_Result HttpServer::Connections::take_in(
    MHD_Connection* connection,
    const char* method,
    const char* path,
    std::string_view piece,
    void** state) {
    if (*state == nullptr) {
        *state = std::make_unique<Exchange>().release();
        return MHD_YES;
    }
    auto& exchange = *static_cast<Exchange*>(*state);
    if (!piece.empty()) {
        append(exchange, piece);
        return MHD_YES;
    }
    return complete(connection, exchange, request_of(connection, method, path, exchange));
}

void HttpServer::Connections::on_completed(
    void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<Exchange> ended(static_cast<Exchange*>(*state));
    *state = nullptr;
}

void HttpServer::Connections::on_connection(
    void* self, MHD_Connection*, void**, MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        ++static_cast<Connections*>(self)->accepted;
    }
}

HttpServer::HttpServer(
    EventLoop& loop, int listener, const Certificate& certificate, Handler handler)
    : loop_(loop),
      connections_(new Connections{*this, std::move(handler), {}, 0, false, {}}),
      daemon_(MHD_start_daemon(
          MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
              (certificate.chain.empty() ? 0U : unsigned{MHD_USE_TLS}),
          0,
          nullptr,
          nullptr,
          &Connections::on_request,
          connections_.get(),
          MHD_OPTION_LISTEN_SOCKET,
          listener,
          MHD_OPTION_CONNECTION_MEMORY_LIMIT,
          connection_memory,
          MHD_OPTION_CONNECTION_LIMIT,
          connection_limit,
          MHD_OPTION_NOTIFY_COMPLETED,
          &Connections::on_completed,
          connections_.get(),
          MHD_OPTION_NOTIFY_CONNECTION,
          &Connections::on_connection,
          connections_.get(),
          MHD_OPTION_ARRAY,
          tls_options(certificate).data(),
          MHD_OPTION_END)) {
    if (daemon_ == nullptr) {
        close(listener);
        throw UnavailableError(
            "the HTTP server did not start",
            certificate.chain.empty()
                ? "see that the system has memory and descriptors left"
                : "see that --tls-cert is a certificate and --tls-key its key, both as PEM");
    }
    epoll_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop_.watch(epoll_, {true, false}, [this](Readiness) { serve(); });
}

HttpServer::~HttpServer() {
    loop_.unwatch(epoll_);
    connections_->stopping = true;
    for (MHD_Connection* const connection : connections_->suspended) {
        MHD_resume_connection(
            connection); // MHD stops the process when one is still suspended at the end
    }
    MHD_stop_daemon(daemon_);
}

/// MHD's sockets are edge-triggered: it is to be run until it has nothing left to do, but not so long that a flood of
/// requests keeps signals and timers waiting.
void HttpServer::serve() {
    constexpr int turns_at_once = 16;
    MHD_UNSIGNED_LONG_LONG wait = 0;
    for (int turn = 0; turn < turns_at_once; ++turn) {
        MHD_run(daemon_);
        connections_->kept.rethrow();
        if (MHD_get_timeout(daemon_, &wait) != MHD_YES || wait > 0) {
            return;
        }
    }
    serve_in_next_turn();
}

void HttpServer::serve_in_next_turn() {
    if (turn_scheduled_) {
        return;
    }
    turn_scheduled_ = true;
    loop_.schedule(loop_.now() + std::chrono::nanoseconds(1), [this] {
        turn_scheduled_ = false;
        serve();
    });
}

std::uint64_t HttpServer::open_connections() const {
    return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

std::uint64_t HttpServer::accepted_connections() const {
    return connections_->accepted;
}

} // namespace blast::sim
