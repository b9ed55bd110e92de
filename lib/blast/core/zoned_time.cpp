#include "blast/core/zoned_time.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <date/tz.h>
#include <optional>
#include <sstream>

namespace blast {

namespace {

const date::time_zone* locate(const std::string& name) {
    return name.empty() ? date::current_zone() : date::locate_zone(name);
}

using SysMilliseconds = date::sys_time<std::chrono::milliseconds>;

std::optional<SysMilliseconds> parse_with_offset(const std::string& text) {
    std::string iso = text;
    if (!iso.empty() && (iso.back() == 'Z' || iso.back() == 'z')) {
        iso.replace(iso.size() - 1, 1, "+00:00");
    }
    // No zone is further from UTC than 14 hours.
    constexpr std::chrono::minutes furthest = std::chrono::hours(14);
    for (const char* const format : {"%FT%T%Ez", "%F %T%Ez", "%FT%H:%M%Ez", "%F %H:%M%Ez"}) {
        std::istringstream in(iso);
        SysMilliseconds time;
        std::chrono::minutes offset{};
        in >> date::parse(format, time, offset);
        const bool whole = !in.fail() && in.peek() == std::istringstream::traits_type::eof();
        if (whole && offset >= -furthest && offset <= furthest) {
            return time;
        }
    }
    return std::nullopt;
}

std::optional<date::local_seconds> parse_local(const std::string& text, date::local_days today) {
    for (const char* const format : {"%FT%T", "%F %T", "%FT%H:%M", "%F %H:%M", "%F"}) {
        std::istringstream in(text);
        date::local_seconds time;
        in >> date::parse(format, time);
        if (!in.fail() && in.peek() == std::istringstream::traits_type::eof()) {
            return time;
        }
    }
    // With a date before it, for which the library checks hours and minutes; a bare duration may be any.
    std::istringstream in("1970-01-01 " + text);
    date::local_seconds time;
    in >> date::parse("%F %H:%M", time);
    if (!in.fail() && in.peek() == std::istringstream::traits_type::eof()) {
        return today + time.time_since_epoch();
    }
    return std::nullopt;
}

/// Nanoseconds since 1970 in 64 bits, as WallTime has them, end in 2262.
WallTime checked_range(SysMilliseconds time, std::string_view text, std::string_view what) {
    constexpr date::sys_days first = date::year{1970} / 1 / 1;
    constexpr date::sys_days last = date::year{2200} / 1 / 1;
    if (time < first || time >= last) {
        throw UsageError(
            fmt::format("{}: '{}' is out of range", what, printable(text)),
            "give a time from 1970 to 2199");
    }
    return {time};
}

} // namespace

TimeZone::TimeZone(std::string_view name) : name_(name) {
    try {
        name_ = locate(name_)->name();
    } catch (const std::runtime_error&) {
        if (name_.empty()) {
            name_ =
                "Etc/UTC"; // a minimal container has no /etc/localtime; the C library takes UTC there too
        } else {
            throw UsageError(
                fmt::format("'{}' is not a time zone", printable(name)),
                "set BLAST_TIMEZONE to an IANA name, such as Asia/Kuala_Lumpur");
        }
    }
}

std::string TimeZone::iso8601(WallTime time) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return date::format("%FT%T%Ez", date::make_zoned(locate(name_), seconds));
}

std::string TimeZone::for_people(WallTime time) const {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(time);
    return date::format("%F %H:%M", date::make_zoned(locate(name_), minutes));
}

std::chrono::seconds TimeZone::time_of_day(WallTime time) const {
    const auto local =
        date::make_zoned(locate(name_), std::chrono::floor<std::chrono::seconds>(time))
            .get_local_time();
    return local - date::floor<date::days>(local);
}

WallTime
parse_time(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    const std::string input(text);
    if (const auto time = parse_with_offset(input)) {
        return checked_range(*time, text, what);
    }
    const date::time_zone* const tz = locate(zone.name());
    const auto today = date::floor<date::days>(
        date::make_zoned(tz, date::floor<std::chrono::seconds>(now)).get_local_time());
    const auto local = parse_local(input, today);
    if (!local) {
        throw UsageError(
            fmt::format("{}: '{}' is not a time", what, printable(text)),
            "write it as 2026-11-22T14:28+08:00, \"2026-11-22 14:28\" or 14:28");
    }
    if (tz->get_info(*local).result == date::local_info::nonexistent) {
        throw UsageError(
            fmt::format("{}: '{}' does not exist in {}", what, printable(text), zone.name()),
            "the clocks are put forward over it; choose another time");
    }
    return checked_range(tz->to_sys(*local, date::choose::earliest), text, what);
}

WallTime
parse_next_time(std::string_view text, const TimeZone& zone, WallTime now, std::string_view what) {
    const WallTime time = parse_time(text, zone, now, what);
    const bool time_of_day_alone = text.find('-') == std::string_view::npos;
    // Within its minute a time has not passed.
    if (!time_of_day_alone || time + std::chrono::minutes(1) > now) {
        return time;
    }
    const auto local = date::make_zoned(locate(zone.name()), date::floor<std::chrono::seconds>(now))
                           .get_local_time();
    const std::string tomorrow =
        date::format("%F ", date::floor<date::days>(local) + date::days(1));
    return parse_time(tomorrow + std::string(text), zone, now, what);
}

} // namespace blast
