#include "blast/domain/throughput.hpp"

#include <algorithm>

namespace blast {

void Throughput::record(Instant now) {
    const auto passed = now - step_start_;
    if (passed >= step) {
        previous_ = passed < 2 * step ? current_ : 0;
        current_ = 0;
        step_start_ = now;
    }
    current_ += 1;
}

double Throughput::per_second(Instant now) const {
    const auto passed = now - step_start_;
    if (passed >= 2 * step) {
        return 0;
    }
    const double seconds =
        std::chrono::duration<double>(std::min<Instant::duration>(passed, step)).count();
    const double step_seconds = std::chrono::duration<double>(step).count();
    const double span = previous_ > 0 ? seconds + step_seconds : std::max(seconds, step_seconds);
    return (previous_ + current_) / span;
}

} // namespace blast
