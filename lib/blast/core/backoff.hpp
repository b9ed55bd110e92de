#pragma once

#include "blast/core/random.hpp"

#include <chrono>

namespace blast {

/// Growing gaps between tries: doubling from `first` to `limit`, each drawn uniformly from its upper half, so that
/// clients that failed together do not return together. Not thread-safe.
class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds limit)
        : first_(first), limit_(limit), current_(first) {}

    std::chrono::milliseconds next(Random& random);
    void reset() { current_ = first_; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds limit_;
    std::chrono::milliseconds current_;
};

} // namespace blast
