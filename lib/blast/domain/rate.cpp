#include "blast/domain/rate.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <charconv>

namespace blast {

namespace {

constexpr double highest_per_second = 100'000;
constexpr double lowest_per_second =
    1 / (30 * 86'400.0); // once in 30 days: later times are nobody's plan

/// Seconds of "/s", "/m" and "/h"; 0 for anything else.
double unit_seconds(std::string_view unit) {
    if (unit == "/s") {
        return 1;
    }
    if (unit == "/m") {
        return 60;
    }
    return unit == "/h" ? 3'600 : 0;
}

} // namespace

Rate parse_rate(std::string_view text, std::string_view what) {
    if (text == "max") {
        return {std::nullopt, "max"};
    }
    double amount = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    const double seconds = unit_seconds(text.substr(static_cast<std::size_t>(end - text.data())));
    const double per_second = seconds > 0 ? amount / seconds : 0;
    if (error != std::errc() || !(per_second > 0) || per_second > highest_per_second) {
        throw UsageError(
            fmt::format("{}: '{}' is not a rate", what, printable(text)),
            "write it as 1/s, 30/m, 500/h or max");
    }
    if (per_second < lowest_per_second) {
        throw UsageError(
            fmt::format("{}: '{}' is too slow", what, printable(text)),
            "one in 30 days, 0.0014/h, is the slowest");
    }
    return {per_second, std::string(text)};
}

} // namespace blast
