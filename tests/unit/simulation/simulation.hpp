#pragma once

#include "unit/simulation/sender.hpp"

#include <memory>
#include <vector>

namespace blast::simulation {

/// Plays one schedule to its end: processes start, fail and are followed by others, the user acts, and at last, when
/// all faults are over, one more run sends what is left. Throws Violation when a rule is broken on the way or a promise
/// is not kept at the end.
void play(std::uint64_t seed, bool tell, Tally& tally);

} // namespace blast::simulation
