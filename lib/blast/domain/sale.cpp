#include "blast/domain/sale.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

double epoch_seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string parse_amount(std::string_view text) {
    constexpr std::size_t most_digits = 12; // of numeric(14, 2)
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view decimals =
        point == std::string_view::npos ? "0" : text.substr(point + 1);
    const bool fits =
        !whole.empty() && whole.size() <= most_digits && !decimals.empty() && decimals.size() <= 2;
    if (!fits || !all_digits(whole) || !all_digits(decimals)) {
        throw UsageError(
            fmt::format("\"{}\" is not an amount", printable(text, 60)),
            "write it like 1234.50, without a currency");
    }
    return std::string(text);
}

void set_sale_time(Sale& sale, std::string_view text, const TimeZone& zone, WallTime now) {
    constexpr std::size_t length_of_a_date = 10; // 2026-11-22
    if (text.empty()) {
        sale.sent_before = sale.purchased_at = epoch_seconds(now);
        return;
    }
    const WallTime time = parse_time(text, zone, now, "date");
    const bool whole_day =
        text.size() == length_of_a_date && text.find(':') == std::string_view::npos;
    sale.purchased_at = epoch_seconds(time);
    sale.sent_before = epoch_seconds(whole_day ? time + std::chrono::hours(24) : time);
}

} // namespace blast
