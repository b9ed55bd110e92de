#include "blast/core/zoned_time.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

using namespace blast;

namespace {

std::string next(const char* text, const char* zone, const char* now) {
    const TimeZone there(zone);
    return there.iso8601(
        parse_next_time(text, there, parse_time(now, there, WallTime(), "now"), "--at"));
}

} // namespace

TEST_CASE("a time of day that has passed is tomorrow's, what has a date is what it says") {
    const char* const zone = "Asia/Kuala_Lumpur";
    const char* const now = "2026-11-30T21:39:30";
    CHECK(next("22:00", zone, now) == "2026-11-30T22:00:00+08:00");
    CHECK(next("10:00", zone, now) == "2026-12-01T10:00:00+08:00");
    CHECK(next("21:39", zone, now) == "2026-11-30T21:39:00+08:00");
    CHECK(next("21:38", zone, now) == "2026-12-01T21:38:00+08:00");
    CHECK(next("2020-01-01T00:00", zone, now) == "2020-01-01T00:00:00+08:00");
    CHECK(next("2020-01-01T00:00Z", zone, now) == "2020-01-01T08:00:00+08:00");
}

TEST_CASE("tomorrow is the next day of the calendar, also when the clocks change") {
    // Put forward at 02:00 on 2026-03-29: that day has 23 hours.
    CHECK(next("09:00", "Europe/Berlin", "2026-03-28T23:30") == "2026-03-29T09:00:00+02:00");
    CHECK_THROWS_AS(next("02:30", "Europe/Berlin", "2026-03-28T23:30"), UsageError);
    // Put back at 03:00 on 2026-10-25: that day has 25.
    CHECK(next("09:00", "Europe/Berlin", "2026-10-25T23:30") == "2026-10-26T09:00:00+01:00");
}
