#include "support/poll_schedule.hpp"

#include "support/catch.hpp"
#include "support/poll_simulation.hpp"

#include <rapidcheck/catch.h>

using namespace blast;
using namespace blast::test;
using namespace std::chrono_literals;

namespace {

const WallTime start = WallTime(std::chrono::seconds(1'768'716'000));

TrackedMessage checked_at(std::chrono::nanoseconds age, Status status = Status::pending) {
    return {start, start + std::chrono::duration_cast<WallTime::duration>(age), status};
}

} // namespace

TEST_CASE("a message that was never checked is due at once") {
    CHECK(is_due({start, std::nullopt, Status::pending}, start));
    CHECK(next_check({start, std::nullopt, Status::pending}) == start);
}

TEST_CASE("a young message is checked every 30 seconds") {
    CHECK_FALSE(is_due(checked_at(10s), start + 39s));
    CHECK(is_due(checked_at(10s), start + 40s));
}

TEST_CASE("an older message is checked when a quarter of its age has passed") {
    CHECK_FALSE(is_due(checked_at(30min), start + 40min - 1s));
    CHECK(is_due(checked_at(30min), start + 40min));
}

TEST_CASE("a message is checked until it is replied to, or 7 days old") {
    for (const Status status : {Status::pending, Status::delivery_ack, Status::read_ack})
        CHECK(is_due(checked_at(1h, status), start + 2h));
    CHECK_FALSE(is_due(checked_at(1h, Status::replied), start + 2h));
    CHECK(is_due(checked_at(1h), start + 7 * 24h - 1s));
    CHECK_FALSE(is_due(checked_at(1h), start + 7 * 24h));
    CHECK(next_check(checked_at(6 * 24h)) == std::nullopt);
    CHECK(next_check(checked_at(1h, Status::replied)) == std::nullopt);
}

TEST_CASE("the next check is the first moment at which the message is due") {
    rc::prop("", [] {
        const auto age = std::chrono::seconds(*rc::gen::inRange(0, 7 * 86'400));
        const TrackedMessage message = checked_at(age);
        const auto next = next_check(message);
        if (!next) {
            RC_ASSERT(!is_due(message, start + 7 * 24h - 1ns * 1000));
            return;
        }
        RC_ASSERT(is_due(message, *next));
        RC_ASSERT(!is_due(message, *next - 1us));
    });
}

TEST_CASE("what waits for a receipt comes first, and the newer before the older") {
    const TrackedMessage old_pending{start, std::nullopt, Status::pending};
    const TrackedMessage new_delivered{start + 1h, std::nullopt, Status::delivery_ack};
    const TrackedMessage newest_read{start + 2h, std::nullopt, Status::read_ack};
    CHECK(is_checked_before(new_delivered, old_pending));
    CHECK(is_checked_before(old_pending, newest_read));
    CHECK_FALSE(is_checked_before(newest_read, old_pending));
    CHECK_FALSE(is_checked_before(old_pending, old_pending));
}

TEST_CASE(
    "a blast of 250 over 7 days costs a hundredth of asking every 10 seconds, within the staleness bound") {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const test::PollSimulation result = test::simulate_polling({250, 60s, seed});
        CAPTURE(seed, result.calls, result.calls_every_10_seconds);
        CHECK(result.calls * 100 <= result.calls_every_10_seconds);
        CHECK(result.changes_found > 250);
        CHECK(result.beyond_bound == 0);
    }
}
