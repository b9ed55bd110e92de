#include "support/webhook_receiver.hpp"

namespace blast::test {

WebhookReceiver::WebhookReceiver()
    : server_([this](const ReceivedRequest& request) { return take(request); }) {}

ServedAnswer WebhookReceiver::take(const ReceivedRequest& request) {
    const std::lock_guard lock(mutex_);
    received_.push_back({request.path, request.body, status_});
    return {status_, {}, {}};
}

std::vector<WebhookReceiver::Received> WebhookReceiver::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

} // namespace blast::test
