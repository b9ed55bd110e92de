#include "blast/domain/slot_plan.hpp"

namespace blast {

std::vector<double> SlotPlan::starts(std::size_t count, Random& random) const {
    std::vector<double> starts(count + 1, 0.0);
    if (!per_second_) {
        return starts;
    }
    const double gap = 1.0 / *per_second_;
    for (std::size_t i = 1; i <= count; ++i) {
        starts[i] = starts[i - 1] + gap * (1.0 + jitter_ * (2.0 * random.uniform() - 1.0));
    }
    return starts;
}

} // namespace blast
