#pragma once

#include "support/loopback_listener.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace blast::test {

/// An HTTP proxy of the tests' own on a free port of the loopback address that knows CONNECT alone (RFC 9110, 9.3.6), with
/// one thread. Ends its thread and its tunnels in the destructor.
class ConnectProxy {
public:
    ConnectProxy();
    ~ConnectProxy();
    ConnectProxy(const ConnectProxy&) = delete;
    ConnectProxy& operator=(const ConnectProxy&) = delete;
    ConnectProxy(ConnectProxy&&) = delete;
    ConnectProxy& operator=(ConnectProxy&&) = delete;

    /// "http://127.0.0.1:PORT", for https_proxy.
    std::string url() const;
    /// From now on, after `allowed` further tunnels it answers 403 to `refused` requests, then allows again.
    void refuse(int allowed, int refused);

    /// What tunnels were asked for, "HOST:PORT" each, in order, those that were refused included.
    std::vector<std::string> asked() const;
    int refusals() const { return refusals_; }
    /// Bytes that went through tunnels, both ways.
    std::uint64_t relayed() const { return relayed_; }

private:
    void serve();
    bool take_from(int descriptor);
    bool open_tunnel(int client);
    void close_both(int descriptor);

    std::map<int, int> other_end_; ///< of each descriptor; -1 of a client without a tunnel yet
    std::map<int, std::string> request_; ///< of a client without a tunnel yet
    std::atomic<int> allowed_{-1};       ///< before refusals; -1: all
    std::atomic<int> to_refuse_{0};
    std::atomic<int> refusals_{0};
    std::atomic<std::uint64_t> relayed_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
    LoopbackListener listener_; ///< last: its thread works on all of these
};

} // namespace blast::test
