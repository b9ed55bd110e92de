#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace blast {

/// "90s", "15m", "24h", "7d", "50ms": a whole number and a unit. Throws UsageError naming `what` (a flag) on anything else,
/// also on values past 10 years.
std::chrono::milliseconds parse_duration(std::string_view text, std::string_view what);

/// For people: "350ms", "4.2s", "1m 05s", "2h 10m", "3d 4h".
std::string format_duration(std::chrono::milliseconds duration);

/// The same of what is only guessed, in no more than whole seconds, rounded up: "1s", "34s", "1m 05s", "2h 10m".
std::string format_estimate(std::chrono::milliseconds duration);

} // namespace blast
