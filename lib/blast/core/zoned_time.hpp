#pragma once

#include "blast/core/clock.hpp"

#include <string>
#include <string_view>

namespace blast {

/// An IANA time zone, known to be valid. An empty name is the system's zone ($TZ, /etc/localtime). Cheap to copy.
class TimeZone {
public:
    /// Throws UsageError when the zone database has no such name.
    explicit TimeZone(std::string_view name = {});

    const std::string& name() const noexcept { return name_; }

    /// ISO 8601 with offset, to the second: "2026-11-22T14:28:00+08:00" (json, csv).
    std::string iso8601(WallTime time) const;
    /// What the clocks on the wall show, since midnight.
    std::chrono::seconds time_of_day(WallTime time) const;
    /// For tables: "2026-11-22 14:28".
    std::string for_people(WallTime time) const;

private:
    std::string name_;
};

/// Reads a moment: ISO 8601 with offset or Z ("2026-11-22T14:28:00+08:00"), or without, in `zone` ("2026-11-22 14:28",
/// "2026-11-22T14:28", "2026-11-22": midnight; "14:28": today). A local time that a change to daylight saving time skips
/// is refused; of one that comes twice the first is taken. Throws UsageError naming `what` (a flag).
WallTime
parse_time(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what);

/// The same for what is to happen: a time of day alone that has passed today is tomorrow's.
WallTime
parse_next_time(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what);

} // namespace blast
