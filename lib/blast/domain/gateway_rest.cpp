#include "blast/domain/gateway_rest.hpp"

#include <algorithm>

namespace blast {

namespace {

constexpr int failures_before_rest = 3;

} // namespace

void GatewayRest::succeeded() {
    failures_ = 0;
    rests_ = 0;
    rests_until_ = {};
    backoff_.reset();
}

void GatewayRest::failed(Instant now, std::optional<std::chrono::seconds> retry_after) {
    ++failures_;
    if (retry_after) {
        rests_until_ = std::max(rests_until_, now + *retry_after);
    }
    // What was under way when the rest began fails during it, and tells nothing new.
    if (failures_ < failures_before_rest || now < rests_until_) {
        return;
    }
    ++rests_;
    rests_until_ = now + backoff_.next(random_);
}

std::size_t GatewayRest::allowed(Instant now, std::size_t concurrency) const {
    if (now < rests_until_) {
        return 0;
    }
    return failures_ < failures_before_rest ? concurrency : 1;
}

} // namespace blast
