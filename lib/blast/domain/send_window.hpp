#pragma once

#include "blast/core/zoned_time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace blast {

/// The hours of a day in which messages may be sent, on the clocks of a time zone: "09:00-18:00", over midnight
/// ("22:00-02:00"), or all day when both ends are the same. The start belongs to it, the end does not. On days on which
/// the clocks change, what the clock on the wall shows decides.
class SendWindow {
public:
    /// "HH:MM-HH:MM". Throws UsageError naming `what` (a flag).
    SendWindow(std::string_view text, std::string_view what);

    bool is_open(WallTime time, const TimeZone& zone) const;
    /// When it closes next, seen from a moment at which it is open; a day later for a window that never closes.
    WallTime closes_at(WallTime time, const TimeZone& zone) const;
    /// When it opens next, seen from a moment at which it is closed.
    WallTime next_opening(WallTime time, const TimeZone& zone) const;

    bool is_all_day() const noexcept { return from_ == to_; }
    /// How long it is open on a day on which no clock changes.
    std::chrono::minutes open_each_day() const noexcept;

    const std::string& text() const noexcept { return text_; }

private:
    bool holds(std::chrono::seconds of_day) const;
    WallTime next_change(WallTime time, const TimeZone& zone, bool open) const;

    std::string text_;
    std::chrono::minutes from_{};
    std::chrono::minutes to_{};
};

} // namespace blast
