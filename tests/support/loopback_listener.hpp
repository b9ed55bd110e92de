#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace blast::test {

/// A socket on a free port of the loopback address, and the one thread that serves it.
class LoopbackListener {
public:
    LoopbackListener();
    ~LoopbackListener();
    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;
    LoopbackListener(LoopbackListener&&) = delete;
    LoopbackListener& operator=(LoopbackListener&&) = delete;

    /// "http://127.0.0.1:PORT".
    std::string url() const;

    /// Runs `serve` on the thread, which is to return when wait() says nothing any more.
    void start(std::function<void()> serve);
    /// Ends the thread. To be called before what it works on is gone.
    void stop();

    struct Turn {
        std::vector<bool> readable; ///< as the connections that were given
        int accepted = -1;          ///< a new connection, which the caller closes
    };
    /// Waits for something to read, for a new connection, or for so many milliseconds; -1: for ever. Nothing once
    /// stop() was called.
    std::optional<Turn> wait(const std::vector<int>& connections, int milliseconds = -1) const;

private:
    int listener_;
    int stop_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

} // namespace blast::test
