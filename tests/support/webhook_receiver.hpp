#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace blast::test {

/// A web server of the tests' own that takes what a gateway posts: it keeps the bodies and answers each with the status
/// set last. Ends its thread and its connections in the destructor.
class WebhookReceiver {
public:
    WebhookReceiver();
    ~WebhookReceiver();
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;
    WebhookReceiver(WebhookReceiver&&) = delete;
    WebhookReceiver& operator=(WebhookReceiver&&) = delete;

    std::string url(const std::string& path = "/hook") const;
    void answer_with(int status) { status_ = status; }

    struct Received {
        std::string path;
        std::string body;
        int answered = 0; ///< the status that it was answered with
    };
    std::vector<Received> received() const;

private:
    void serve();
    void accept_one();
    /// False when the connection has ended.
    bool read_some(int connection, std::string& buffered);
    void take_requests(int connection, std::string& buffered);

    int listener_;
    int stop_;
    std::uint16_t port_ = 0;
    std::atomic<int> status_{200};
    mutable std::mutex mutex_;
    std::vector<Received> received_;
    std::vector<std::pair<int, std::string>>
        connections_; ///< descriptor, and what was read of a request
    std::thread thread_;
};

} // namespace blast::test
