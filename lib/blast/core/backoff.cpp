#include "blast/core/backoff.hpp"

#include <algorithm>

namespace blast {

std::chrono::milliseconds Backoff::next(Random& random) {
    const double half = static_cast<double>(current_.count()) / 2.0;
    current_ = std::min(current_ * 2, limit_);
    return std::chrono::milliseconds(static_cast<std::int64_t>(half + half * random.uniform()));
}

} // namespace blast
