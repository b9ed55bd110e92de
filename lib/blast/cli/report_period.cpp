#include "blast/cli/report_period.hpp"

#include "blast/core/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

namespace blast {

namespace {

bool is_duration(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const std::size_t unit = text.find_first_not_of(digits);
    constexpr std::string_view letters = "smhd";
    return unit != 0 && unit != std::string_view::npos &&
           text.find_first_not_of(letters, unit) == std::string_view::npos;
}

/// The day after a text that is a date alone, "2026-11-22", as such a text.
std::optional<std::string> day_after(std::string_view text) {
    constexpr std::size_t year_length = 4;
    constexpr std::size_t month_at = 5;
    constexpr std::size_t day_at = 8;
    constexpr std::size_t length = 10;
    if (text.size() != length || text[year_length] != '-' || text[day_at - 1] != '-') {
        return std::nullopt;
    }
    const auto number = [text](std::size_t first, std::size_t digits) {
        unsigned value = 0;
        const std::string_view part = text.substr(first, digits);
        const auto [end, error] = std::from_chars(part.data(), part.data() + digits, value);
        return error == std::errc() && end == part.data() + digits ? value : 0U;
    };
    const std::chrono::year_month_day date(
        std::chrono::year(static_cast<int>(number(0, year_length))),
        std::chrono::month(number(month_at, 2)), std::chrono::day(number(day_at, 2)));
    if (!date.ok()) {
        return std::nullopt;
    }
    const std::chrono::year_month_day next(std::chrono::sys_days(date) + std::chrono::days(1));
    return fmt::format(
        "{:04}-{:02}-{:02}", static_cast<int>(next.year()), static_cast<unsigned>(next.month()),
        static_cast<unsigned>(next.day()));
}

} // namespace

WallTime
period_start(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    if (is_duration(text)) {
        return now - parse_duration(text, what);
    }
    return parse_time(text, zone, now, what);
}

WallTime
period_end(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    const std::optional<std::string> next = day_after(text);
    return period_start(next ? *next : text, zone, now, what);
}

} // namespace blast
