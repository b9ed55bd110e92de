// The webhook server by itself, with limits that a test can wait for.
#include "blast/run/hook_server.hpp"

#include "blast/run/listen_address.hpp"

#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

#include <atomic>
#include <string>
#include <thread>

using namespace blast;
using blast::test::HttpClient;
using blast::test::wait_until;

namespace {

const std::string secret(32, 's');

/// Served by a thread of its own.
class Served {
public:
    explicit Served(const HookLimits& limits)
        : server_(
              loop_, listener_, secret, [this] { answer_all(); }, limits),
          thread_([this] { serve(); }) {}
    ~Served() {
        stopped_ = true;
        thread_.join();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    Served(Served&&) = delete;
    Served& operator=(Served&&) = delete;

    const std::string& url() const { return url_; }

private:
    void answer_all() {
        for (const HookServer::Arrival& arrival : server_.take(SIZE_MAX))
            server_.answer({arrival.waiting}, HookAnswer::taken);
    }
    /// Wakes up at least each second: the server looks for slow clients that often.
    void serve() {
        while (!stopped_)
            loop_.run_once();
    }

    EventLoop loop_;
    int listener_ = listen_on({"127.0.0.1", "0"});
    std::string url_ = "http://" + local_address(listener_);
    HookServer server_;
    std::atomic<bool> stopped_{false};
    std::thread thread_;
};

/// Sends a byte again and again, so that the connection is never silent, until the server has had enough.
void trickle_until_ended(HttpClient& client) {
    wait_until("a slow client to be cut off", [&] {
        client.send_raw("x");
        return client.ended();
    });
}

} // namespace

TEST_CASE("a client that never gets to the end of a request's head is cut off, others are not") {
    HookLimits limits;
    limits.head = std::chrono::seconds(2);
    const Served served(limits);
    HttpClient slow(served.url());
    HttpClient in_time(served.url());
    in_time.send_raw("POST /hook/" + secret + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{");
    slow.send_raw("POST /hook/x HTTP/1.1\r\nX-Slow: ");
    trickle_until_ended(slow);
    in_time.send_raw("}");
    CHECK(in_time.finish().status == 200);
}

TEST_CASE("a client whose body trickles is cut off") {
    HookLimits limits;
    limits.body = std::chrono::milliseconds(1);
    const Served served(limits);
    HttpClient slow(served.url());
    slow.send_raw("POST /hook/" + secret + " HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");
    trickle_until_ended(slow);
    CHECK(slow.finish().status == 0);
}
