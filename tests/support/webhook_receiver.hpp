#pragma once

#include "support/loopback_server.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace blast::test {

/// Takes what a gateway posts: it keeps the bodies and answers each with the status set last.
class WebhookReceiver {
public:
    WebhookReceiver();

    std::string url(const std::string& path = "/hook") const { return server_.url(path); }
    void answer_with(int status) { status_ = status; }

    struct Received {
        std::string path;
        std::string body;
        int answered = 0; ///< the status that it was answered with
    };
    std::vector<Received> received() const;

private:
    ServedAnswer take(const ReceivedRequest& request);

    std::atomic<int> status_{200};
    mutable std::mutex mutex_;
    std::vector<Received> received_;
    LoopbackServer server_;
};

} // namespace blast::test
