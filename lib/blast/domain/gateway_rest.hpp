#pragma once

#include "blast/core/backoff.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/random.hpp"

#include <chrono>
#include <optional>

namespace blast {

/// Leaves a gateway that fails alone: from the third failure in a row on it rests for growing gaps, 1 s doubling to 30 s,
/// or as long as Retry-After says, and then is tried with one request at a time until one succeeds. Not thread-safe.
class GatewayRest {
public:
    explicit GatewayRest(Random& random) : random_(random) {}

    void succeeded();
    void failed(Instant now, std::optional<std::chrono::seconds> retry_after);

    /// Requests that may be under way at once, of `concurrency`: none while it rests.
    std::size_t allowed(Instant now, std::size_t concurrency) const;
    /// The end of the rest; long ago when it does not rest.
    Instant rests_until() const noexcept { return rests_until_; }
    /// How often it has rested since the last success.
    int rests() const noexcept { return rests_; }

private:
    Random& random_;
    Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(30)};
    int failures_ = 0;
    int rests_ = 0;
    Instant rests_until_{};
};

} // namespace blast
