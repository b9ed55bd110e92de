#include "blast/domain/send_window.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

#include <array>
#include <rapidcheck/catch.h>

using namespace blast;
using blast::test::StartsWith;

namespace {

const TimeZone kuala_lumpur("Asia/Kuala_Lumpur");
const TimeZone berlin("Europe/Berlin");
const TimeZone new_york("America/New_York");

WallTime at(const std::string& iso) {
    return parse_time(iso, TimeZone("UTC"), WallTime(), "test");
}

} // namespace

TEST_CASE("a window is open each day for as long as its hours say") {
    CHECK(SendWindow("09:00-18:30", "w").open_each_day() == std::chrono::minutes(9 * 60 + 30));
    CHECK(SendWindow("22:00-06:00", "w").open_each_day() == std::chrono::hours(8));
    CHECK(SendWindow("09:00-09:00", "w").open_each_day() == std::chrono::hours(24));
}

TEST_CASE("A window holds its start and not its end, on the zone's clocks") {
    const SendWindow window("09:00-18:00", "--window");
    CHECK_FALSE(window.is_open(at("2026-11-22T08:59:59+08:00"), kuala_lumpur));
    CHECK(window.is_open(at("2026-11-22T09:00:00+08:00"), kuala_lumpur));
    CHECK(window.is_open(at("2026-11-22T17:59:59+08:00"), kuala_lumpur));
    CHECK_FALSE(window.is_open(at("2026-11-22T18:00:00+08:00"), kuala_lumpur));
    CHECK(
        window.closes_at(at("2026-11-22T12:34:56+08:00"), kuala_lumpur) ==
        at("2026-11-22T18:00:00+08:00"));
    CHECK(
        window.next_opening(at("2026-11-22T18:00:00+08:00"), kuala_lumpur) ==
        at("2026-11-23T09:00:00+08:00"));
    CHECK(
        window.next_opening(at("2026-11-22T08:59:59+08:00"), kuala_lumpur) ==
        at("2026-11-22T09:00:00+08:00"));
}

TEST_CASE("A window may go over midnight") {
    const SendWindow window("22:00-02:00", "--window");
    CHECK(window.is_open(at("2026-11-22T22:00:00+08:00"), kuala_lumpur));
    CHECK(window.is_open(at("2026-11-23T01:59:59+08:00"), kuala_lumpur));
    CHECK_FALSE(window.is_open(at("2026-11-23T02:00:00+08:00"), kuala_lumpur));
    CHECK(
        window.closes_at(at("2026-11-22T23:00:00+08:00"), kuala_lumpur) ==
        at("2026-11-23T02:00:00+08:00"));
    CHECK(
        window.next_opening(at("2026-11-23T02:00:00+08:00"), kuala_lumpur) ==
        at("2026-11-23T22:00:00+08:00"));
}

TEST_CASE("A window with one end for both is all day") {
    const SendWindow window("07:00-07:00", "--window");
    const WallTime time = at("2026-11-22T06:59:00+08:00");
    CHECK(window.is_open(time, kuala_lumpur));
    CHECK(window.closes_at(time, kuala_lumpur) == time + std::chrono::hours(24));
}

TEST_CASE("A night on which the clocks go forward has an hour less of window") {
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    const SendWindow window("01:00-04:00", "--window");
    const WallTime opening = at("2026-03-29T01:00:00+01:00");
    CHECK(window.is_open(opening, berlin));
    CHECK(window.closes_at(opening, berlin) == opening + std::chrono::hours(2));
    // New York, 2026-03-08: an opening that the clocks leave out comes when they have passed it.
    const SendWindow skipped("02:30-06:00", "--window");
    CHECK(
        skipped.next_opening(at("2026-03-08T01:00:00-05:00"), new_york) ==
        at("2026-03-08T03:00:00-04:00"));
    // An end that they leave out: it closes then too.
    const SendWindow cut("00:00-02:30", "--window");
    CHECK(
        cut.closes_at(at("2026-03-08T01:00:00-05:00"), new_york) ==
        at("2026-03-08T03:00:00-04:00"));
}

TEST_CASE("A night on which the clocks go back has an hour more of window, or has it twice") {
    // Berlin, 2026-10-25: 03:00 becomes 02:00.
    const SendWindow window("01:00-04:00", "--window");
    const WallTime opening = at("2026-10-25T01:00:00+02:00");
    CHECK(window.closes_at(opening, berlin) == opening + std::chrono::hours(4));
    const SendWindow twice("02:00-02:30", "--window");
    CHECK(twice.is_open(at("2026-10-25T02:15:00+02:00"), berlin));
    CHECK(twice.is_open(at("2026-10-25T02:15:00+01:00"), berlin));
    CHECK(
        twice.next_opening(at("2026-10-25T02:30:00+02:00"), berlin) ==
        at("2026-10-25T02:00:00+01:00"));
}

TEST_CASE("Whatever else is written for a window is refused, naming the flag") {
    for (const char* const bad :
         {"", "9:00-18:00", "09:00", "09:00-", "-18:00", "09:00-24:00", "09:60-18:00",
          "09:00 - 18:00", "09:00-18:00 ", "0900-1800", "09:00-18:00-20:00", "aa:bb-cc:dd"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(SendWindow(bad, "--window"), UsageError);
    }
    CHECK_THROWS_WITH(
        SendWindow("noon", "--window"), StartsWith("--window: 'noon' is not a window: "));
}

TEST_CASE(
    "At its next opening a window is open, a second earlier closed, and likewise when it closes") {
    rc::prop("openings and closings are where the window changes", [] {
        const auto digits = [](int value) {
            return (value < 10 ? "0" : "") + std::to_string(value);
        };
        const auto clock = [&] {
            return digits(*rc::gen::inRange(0, 24)) + ":" + digits(*rc::gen::inRange(0, 60));
        };
        const std::string from = clock();
        const std::string to = clock();
        RC_PRE(from != to);
        const SendWindow window(from + "-" + to, "--window");
        // 2026 in full, so that both changes of the clocks are met.
        const WallTime time =
            std::chrono::system_clock::from_time_t(*rc::gen::inRange(1'767'225'600, 1'798'761'600));
        const TimeZone& zone =
            *std::array{&kuala_lumpur, &berlin, &new_york}.at(*rc::gen::inRange<std::size_t>(0, 3));
        const bool open = window.is_open(time, zone);
        const WallTime change =
            open ? window.closes_at(time, zone) : window.next_opening(time, zone);
        RC_ASSERT(change > time);
        RC_ASSERT(window.is_open(change, zone) != open);
        RC_ASSERT(window.is_open(change - std::chrono::seconds(1), zone) == open);
    });
}
