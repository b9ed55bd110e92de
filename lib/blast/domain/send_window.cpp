#include "blast/domain/send_window.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <optional>

namespace blast {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<minutes> parse_hours_minutes(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
        !is_digit(text[3]) || !is_digit(text[4])) {
        return std::nullopt;
    }
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour > 23 || minute > 59) {
        return std::nullopt;
    }
    return minutes(hour * 60 + minute);
}

} // namespace

SendWindow::SendWindow(std::string_view text, std::string_view what) : text_(text) {
    const auto from = parse_hours_minutes(text.substr(0, text.find('-')));
    const auto to =
        text.size() == 11 && text[5] == '-' ? parse_hours_minutes(text.substr(6)) : std::nullopt;
    if (!from || !to) {
        throw UsageError(
            fmt::format("{}: '{}' is not a window", what, printable(text)),
            "write it as HH:MM-HH:MM, such as 09:00-18:00");
    }
    from_ = *from;
    to_ = *to;
}

minutes SendWindow::open_each_day() const noexcept {
    constexpr minutes day = std::chrono::hours(24);
    return from_ < to_ ? to_ - from_ : day - (from_ - to_);
}

bool SendWindow::holds(seconds of_day) const {
    if (from_ == to_) {
        return true;
    }
    if (from_ < to_) {
        return of_day >= from_ && of_day < to_;
    }
    return of_day >= from_ || of_day < to_;
}

bool SendWindow::is_open(WallTime time, const TimeZone& zone) const {
    return holds(zone.time_of_day(time));
}

WallTime SendWindow::next_change(WallTime time, const TimeZone& zone, bool open) const {
    // A minute at a time: ends are whole minutes on the wall, and so are the hours at which clocks change.
    constexpr minutes longest{48 * 60};
    WallTime candidate = std::chrono::floor<minutes>(time);
    for (const WallTime limit = candidate + longest; candidate < limit;) {
        candidate += minutes(1);
        if (is_open(candidate, zone) == open) {
            return candidate;
        }
    }
    return candidate;
}

WallTime SendWindow::closes_at(WallTime time, const TimeZone& zone) const {
    return from_ == to_ ? time + std::chrono::hours(24) : next_change(time, zone, false);
}

WallTime SendWindow::next_opening(WallTime time, const TimeZone& zone) const {
    return next_change(time, zone, true);
}

} // namespace blast
