#include "blast/domain/funnel.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>

using namespace blast;
using blast::test::Approx;

namespace {

BlastCounts example() {
    BlastCounts counts;
    counts.pending = 10;
    counts.delivery_ack = 60;
    counts.read_ack = 130;
    counts.replied = 50;
    counts.undeliverable = 2;
    return counts;
}

} // namespace

TEST_CASE("a stage counts all who reached it or a later one") {
    const std::vector<FunnelStage> stages = funnel_stages(example());
    REQUIRE(stages.size() == 4);
    CHECK(stages[0].name == "Sent");
    CHECK(stages[0].count == 250);
    CHECK(stages[1].name == "Received");
    CHECK(stages[1].count == 240);
    CHECK(stages[2].name == "Read");
    CHECK(stages[2].count == 180);
    CHECK(stages[3].name == "Replied");
    CHECK(stages[3].count == 50);
}

TEST_CASE("shares are of sent, drop-offs of the stage before") {
    const std::vector<FunnelStage> stages = funnel_stages(example());
    CHECK(stages[2].share == Approx(0.72));
    CHECK(stages[2].lost == 60);
    CHECK(stages[2].drop_off == Approx(0.25));
    CHECK(stages[0].lost == 0);
}

TEST_CASE("who is lost at a stage stands at the status before it") {
    const std::vector<FunnelStage> stages = funnel_stages(example());
    CHECK_FALSE(stages[0].stuck_at);
    CHECK(stages[1].stuck_at == Status::pending);
    CHECK(stages[2].stuck_at == Status::delivery_ack);
    CHECK(stages[3].stuck_at == Status::read_ack);
}

TEST_CASE("a funnel has the stage Closed only when there is a sale") {
    BlastCounts counts = example();
    counts.closed = 12;
    const std::vector<FunnelStage> stages = funnel_stages(counts);
    REQUIRE(stages.size() == 5);
    CHECK(stages[4].name == "Closed");
    CHECK(stages[4].count == 12);
    CHECK(stages[4].lost == 38);
}

TEST_CASE("more sales than replies are no negative loss") {
    BlastCounts counts = example();
    counts.closed = 60;
    CHECK(funnel_stages(counts)[4].lost == 0);
}

TEST_CASE("a blast of which nothing is sent has a funnel of zeros") {
    for (const FunnelStage& stage : funnel_stages({})) {
        CHECK(stage.count == 0);
        CHECK(stage.share == 0);
        CHECK(stage.drop_off == 0);
    }
}

TEST_CASE("the losses are what is stuck, whatever the counts") {
    rc::prop("losses equal stuck counts and stages never widen", [] {
        BlastCounts counts;
        counts.pending = *rc::gen::inRange(0, 1000);
        counts.delivery_ack = *rc::gen::inRange(0, 1000);
        counts.read_ack = *rc::gen::inRange(0, 1000);
        counts.replied = *rc::gen::inRange(0, 1000);
        const std::vector<FunnelStage> stages = funnel_stages(counts);
        RC_ASSERT(stages[1].lost == counts.pending);
        RC_ASSERT(stages[2].lost == counts.delivery_ack);
        RC_ASSERT(stages[3].lost == counts.read_ack);
        for (std::size_t i = 1; i < stages.size(); ++i) {
            RC_ASSERT(stages[i].count <= stages[i - 1].count);
            RC_ASSERT(stages[i].drop_off >= 0 && stages[i].drop_off <= 1);
        }
    });
}

TEST_CASE("a percentage never claims all or none where that is not so") {
    CHECK(percentage(240, 250) == "96.0%");
    CHECK(percentage(250, 250) == "100.0%");
    CHECK(percentage(99'999, 100'000) == "99.9%");
    CHECK(percentage(1, 100'000) == "<0.1%");
    CHECK(percentage(1, 1000) == "0.1%");
    CHECK(percentage(0, 250) == "0.0%");
    CHECK(percentage(0, 0) == "-");
    CHECK(percentage(60, 50) == "120.0%");
}
