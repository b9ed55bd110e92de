#pragma once

#include "blast/store/blast_store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace blast {

/// How long a blast takes at its rate, its hours and its daily cap.
struct CostInTime {
    std::optional<double> seconds; ///< of sending; nothing: as fast as the gateway takes it
    std::int64_t days = 1;         ///< calendar days that it takes at least
    std::string words;             ///< for people: "about 4m 10s, over at least 3 days by the cap"
};

/// What other blasts send on the same devices in the meantime is not known, and not in it.
CostInTime cost_in_time(const BlastSettings& settings, std::int64_t recipients);

} // namespace blast
