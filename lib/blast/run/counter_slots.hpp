#pragma once

#include "blast/core/random.hpp"

namespace blast {

/// A slot of blast_counters for one long-lived connection: drawn at random, so that connections seldom share one and wait
/// for each other's commit. Any slot is right; slot 0 is for short work.
inline int draw_counter_slot(Random& random) {
    constexpr std::uint64_t slots = 63;
    return 1 + static_cast<int>(random.below(slots));
}

} // namespace blast
