#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/kept_exception.hpp"
#include "blast/run/hook_server.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <microhttpd.h>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace blast {

struct HookRequest;

/// The requests and connections of the webhook server: what libmicrohttpd's callbacks work on. Not thread-safe.
class HookRequests {
public:
    using Waiting = HookServer::Waiting;
    using Arrival = HookServer::Arrival;

    /// At most `connection_limit` connections are open at a time.
    HookRequests(
        std::string secret,
        const HookLimits& limits,
        std::size_t connection_limit,
        std::function<void()> on_arrivals)
        : secret_(std::move(secret)),
          limits_(limits),
          connection_limit_(connection_limit),
          on_arrivals_(std::move(on_arrivals)) {}

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

    std::vector<Arrival> take(std::size_t limit);
    std::size_t arrivals() const noexcept { return arrivals_.size(); }
    void answer(Waiting waiting, HookAnswer with);
    void answer_all(HookAnswer with);
    void set_healthy(bool healthy) noexcept { healthy_ = healthy; }
    std::size_t open() const noexcept { return open_; }
    /// Throws what one of the callbacks threw; to be called when libmicrohttpd has returned.
    void rethrow() { kept_.rethrow(); }
    /// Calls `on_arrivals` if bodies have arrived since the last call.
    void tell_arrivals();
    /// Ends connections that are without a whole request head for too long.
    void end_overdue();
    /// Whether a connection was closed since the last call.
    bool note_closed() noexcept { return std::exchange(closed_, false); }

private:
    /// A connection on which the client's next request is awaited, or the rest of it.
    struct Silence {
        MHD_Connection* connection = nullptr;
        Instant since{}; ///< its start, or its last request's end
        bool has_head = false;
    };
    using Silences = std::list<Silence>;

    struct Suspended {
        MHD_Connection* connection;
        HookRequest* request;
    };

    MHD_Result take_in(
        MHD_Connection* connection,
        std::string_view method,
        std::string_view path,
        std::string_view piece,
        void** state);
    std::optional<HookAnswer> route(std::string_view method, std::string_view path) const;
    MHD_Result
    begin(MHD_Connection* connection, std::string_view method, std::string_view path, void** state);
    MHD_Result receive(HookRequest& request, const char* data, std::size_t size) const;
    MHD_Result complete(MHD_Connection* connection, HookRequest& request);
    void await_client(MHD_Connection* connection) noexcept;
    void stop_awaiting(MHD_Connection* connection);
    void make_room();

    KeptException kept_;
    std::string secret_;
    HookLimits limits_;
    std::size_t connection_limit_;
    std::function<void()> on_arrivals_;
    bool healthy_ = true;
    bool has_new_arrivals_ = false;
    std::deque<Arrival> arrivals_;
    std::unordered_map<Waiting, Suspended> suspended_;
    Waiting last_waiting_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::size_t open_ = 0;
    std::size_t connections_ = 0;
    bool closed_ = false;
    Silences silences_; ///< the longest first
    std::unordered_map<MHD_Connection*, Silences::iterator> silence_of_;
};

} // namespace blast
