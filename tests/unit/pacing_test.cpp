#include "blast/domain/pacing.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace blast;
using blast::test::Approx;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// The most slots that any span of so many seconds holds.
std::size_t most_within(const std::vector<double>& starts, double span) {
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t last = 0; last < starts.size(); ++last) {
        while (starts[last] - starts[first] >= span - 1e-9)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

} // namespace

TEST_CASE(
    "Without jitter no second, minute or hour holds more than the rate, and all of it is used") {
    struct Unit {
        const char* rate;
        double span;
        std::size_t most;
    };
    Random random(1);
    for (const Unit& unit :
         {Unit{"1/s", 1, 1}, Unit{"20/s", 1, 20}, Unit{"30/m", 60, 30}, Unit{"7/m", 60, 7},
          Unit{"500/h", 3'600, 500}, Unit{"1000/h", 3'600, 1'000}}) {
        CAPTURE(unit.rate);
        const SlotPlan plan(parse_rate(unit.rate, "--rate").per_second, 0);
        const std::vector<double> starts = plan.starts(5'000, random);
        CHECK(most_within(starts, unit.span) <= unit.most + 1);
        const double used = 5'000 / (starts.back() / unit.span) / static_cast<double>(unit.most);
        CHECK(used == Approx(1));
    }
}

TEST_CASE("With jitter each gap stays within its bounds, and the mean is the rate's") {
    Random random(20261122);
    for (const int jitter : {1, 30, 100}) {
        CAPTURE(jitter);
        const SlotPlan plan(10.0, jitter);
        const std::vector<double> starts = plan.starts(20'000, random);
        double least = 1;
        double most = 0;
        for (std::size_t i = 1; i < starts.size(); ++i) {
            least = std::min(least, starts[i] - starts[i - 1]);
            most = std::max(most, starts[i] - starts[i - 1]);
        }
        const double share = jitter / 100.0;
        CHECK(least >= 0.1 * (1 - share) - 1e-9);
        CHECK(most <= 0.1 * (1 + share) + 1e-9);
        CHECK(most - least > 0.1 * share * 1.9); // all of the breadth is used
        CHECK(starts.back() / 20'000 == Approx(0.1).epsilon(0.02));
    }
}

TEST_CASE("The rate max has no gaps") {
    Random random(1);
    const SlotPlan plan(std::nullopt, 30);
    CHECK_FALSE(plan.paced());
    for (const double start : plan.starts(5, random))
        CHECK(start == 0);
}

TEST_CASE("Posts that come late together are spread, and those in time are not held up") {
    const Instant start = Instant{} + seconds(1'000);
    SteadyPace pace(10);
    for (int i = 0; i < 30; ++i) {
        const Instant slot = start + milliseconds(100) * i;
        CHECK(pace.next() <= slot);
        pace.posted(slot);
    }
    const Instant late = start + seconds(20); // ten seconds of slots at once, and their own
    Instant last = late;
    for (int i = 0; i < 100; ++i) {
        last = std::max(last, pace.next());
        pace.posted(last);
    }
    // Eleven at once, then no second with more, nor one of the gateway's, where they arrive a little closer.
    CHECK(last >= late + seconds(9));
    CHECK(last <= late + milliseconds(9'100));
}

TEST_CASE("Rates below one a second are held by the minute, and below one a minute by the hour") {
    const Instant start = Instant{} + seconds(10'000);
    for (const auto& [rate, most, span] :
         {std::tuple(0.5, 31, seconds(60)), std::tuple(30.0 / 3'600, 31, seconds(3'600))}) {
        SteadyPace pace(rate);
        for (int i = 0; i < most; ++i) {
            CHECK(pace.next() <= start);
            pace.posted(start);
        }
        CHECK(pace.next() >= start + span);
        CHECK(pace.next() <= start + span + milliseconds(10));
    }
}
