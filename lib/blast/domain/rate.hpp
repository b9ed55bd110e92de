#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace blast {

/// How many messages a device may send.
struct Rate {
    std::optional<double> per_second; ///< nothing: max
    std::string text;                 ///< as it was written: "30/m", "max"
};

/// "1/s", "30/m", "500/h", "2.5/s" or "max". Throws UsageError naming `what` (a flag) for anything else, for 0, and for more
/// than 100,000 a second.
Rate parse_rate(std::string_view text, std::string_view what);

} // namespace blast
