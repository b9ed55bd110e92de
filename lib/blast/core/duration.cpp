#include "blast/core/duration.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::int64_t ten_years = 3650LL * 86'400'000;

} // namespace

milliseconds parse_duration(std::string_view text, std::string_view what) {
    std::int64_t amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, factor] : units) {
        if (error == std::errc() && unit == name && amount >= 0 && amount <= ten_years / factor) {
            return milliseconds(amount * factor);
        }
    }
    throw UsageError(
        fmt::format("{}: '{}' is not a duration", what, printable(text)),
        "write a whole number and a unit, such as 90s, 15m, 24h or 7d");
}

std::string format_duration(milliseconds duration) {
    const std::int64_t ms = duration.count();
    const std::int64_t seconds = ms / 1000;
    if (ms < 1000) {
        return fmt::format("{}ms", ms);
    }
    if (seconds < 60) {
        return fmt::format("{:.1f}s", static_cast<double>(ms) / 1000.0);
    }
    if (seconds < 3600) {
        return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
    }
    if (seconds < 86'400) {
        return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
    }
    return fmt::format("{}d {}h", seconds / 86'400, seconds / 3600 % 24);
}

std::string format_estimate(milliseconds duration) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration);
    return seconds < std::chrono::minutes(1) ? fmt::format("{}s", seconds.count())
                                             : format_duration(seconds);
}

} // namespace blast
