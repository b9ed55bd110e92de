#pragma once

#include "blast/domain/blast_counts.hpp"
#include "blast/domain/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// One stage of the funnel, and how many of the stage before did not reach it.
struct FunnelStage {
    std::string_view name;  ///< "Sent", "Received", "Read", "Replied", "Closed"
    std::int64_t count = 0; ///< who reached it
    double share =
        0; ///< of sent, 0 to 1 (a sale may be closed without being counted above); 0 if none is sent
    std::int64_t lost = 0;          ///< fewer than at the stage before; never negative, 0 for Sent
    double drop_off = 0;            ///< lost, as a share of the stage before: 0 to 1
    std::optional<Status> stuck_at; ///< where those who are lost stand; nothing for Sent and Closed
};

/// The funnel, widest stage first: Sent, Received, Read and Replied always, Closed when there is any sale. As in marketing
/// funnels, a stage counts all who reached it or a later one.
std::vector<FunnelStage> funnel_stages(const BlastCounts& counts);

/// A share for people, with one decimal: "96.0%". Less than all is never shown as 100.0%, more than none never as
/// 0.0% ("99.9%", "<0.1%"). "-" when `whole` is 0.
std::string percentage(std::int64_t part, std::int64_t whole);

} // namespace blast
