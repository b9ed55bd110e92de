#include "unit/poll_world.hpp"

#include <algorithm>
#include <numeric>

using namespace blast;
using namespace std::chrono_literals;
using blast::test::most_within;
using blast::test::PollWorld;
using blast::test::PollWorldPlan;
using std::chrono::milliseconds;

namespace {

constexpr Instant start{std::chrono::hours(1)};

PollLimits without_rate() {
    PollLimits limits;
    limits.per_second.reset();
    return limits;
}

/// The machine of a pass whose database is ready at `start`.
PollMachine ready_machine(const PollLimits& limits, Random& random) {
    PollMachine machine(limits, random, start);
    machine.next(DatabaseReady{}, start);
    return machine;
}

} // namespace

TEST_CASE("a pass checks everything that is due, once, and writes it") {
    PollWorldPlan plan;
    plan.limits.per_second.reset();
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().checked == 200);
    CHECK(world.written().size() == 200);
    CHECK(world.held() == 0);
    CHECK(world.most_in_flight() == 8);
}

TEST_CASE("checks keep to the rate, and use it") {
    PollWorldPlan plan;
    plan.limits.per_second = 20;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(most_within(world.begun(), 1s) <= 22);
    CHECK(world.now() - PollWorld::start < 11s);
    CHECK(world.now() - PollWorld::start > 9s);
}

TEST_CASE("answers are written together, however slowly they come") {
    PollWorldPlan plan;
    plan.limits.per_second = 20;
    plan.latency = 5ms;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.written().size() == 200);
    CHECK(world.exchanges() < 40);
}

TEST_CASE("a very low rate does not let leases run out") {
    PollWorldPlan plan;
    plan.messages = 5;
    plan.limits.per_second = 1.0 / 60;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().checked == 5);
}

TEST_CASE("the deadline ends a pass in time, and what is claimed is let go") {
    PollWorldPlan plan;
    plan.limits.per_second = 10;
    plan.limits.deadline = PollWorld::start + 5s;
    plan.latency = 400ms;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::deadline);
    CHECK(world.now() <= PollWorld::start + 5s + 500ms);
    CHECK(world.machine().counts().checked > 40);
    CHECK(world.written().size() == static_cast<std::size_t>(world.machine().counts().checked));
    CHECK(world.held() == 0);
}

TEST_CASE("a stop waits for what is under way, writes it, and lets the rest go") {
    PollWorldPlan plan;
    plan.stop_at = 2s;
    plan.latency = 900ms;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::interrupted);
    CHECK(world.now() < PollWorld::start + 3200ms);
    CHECK(world.written() == world.told());
    CHECK(world.held() == 0);
}

TEST_CASE("a gateway that fails is left alone for growing gaps from the third failure in a row") {
    PollWorldPlan plan;
    plan.fails = 1;
    plan.limits.per_second.reset();
    plan.limits.concurrency = 1;
    plan.limits.deadline = PollWorld::start + 50s;
    PollWorld world(plan);
    world.run();
    REQUIRE(world.begun().size() >= 6);
    CHECK(world.begun().size() < 12);
    CHECK(world.begun()[2] - world.begun()[0] < 500ms);
    for (std::size_t i = 3; i < world.begun().size(); ++i)
        CHECK(
            world.begun()[i] - world.begun()[i - 1] >=
            std::min(15s, std::chrono::seconds(1 << (i - 3)) / 2));
    CHECK(world.machine().counts().failed == static_cast<std::int64_t>(world.begun().size()));
}

TEST_CASE("after a rest one check at a time is tried until one succeeds, then all go on") {
    PollWorldPlan plan;
    plan.gateway_dead_from = 1s;
    plan.gateway_dead_until = 4s;
    plan.limits.per_second.reset();
    plan.latency = 100ms;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().failed < 20);
    CHECK(world.machine().counts().checked > 180);
}

TEST_CASE("a gateway that was never reached is given up") {
    PollWorldPlan plan;
    plan.gateway_dead_from = 0s;
    plan.gateway_dead_until = 1h;
    PollWorld world(plan);
    CHECK(world.run() == PollEnd::unreachable);
    CHECK(world.now() - PollWorld::start < 40s);
    CHECK_FALSE(world.machine().ever_answered());
    CHECK(world.held() == 0);
}

TEST_CASE("Retry-After is waited for") {
    const PollLimits limits = without_rate();
    Random random(1);
    PollMachine machine = ready_machine(limits, random);
    machine.next(CandidatesLoaded{600, false}, start);
    const auto begun = machine.next(Exchanged{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, start);
    CHECK(begun.size() >= 8);
    CheckEnded throttled;
    throttled.message = 1;
    throttled.answered = true;
    throttled.retry_after = 7s;
    const auto is_check = [](const PollCommand& command) {
        return std::holds_alternative<Check>(command);
    };
    const auto after = machine.next(throttled, start + 1s);
    CHECK(std::none_of(after.begin(), after.end(), is_check));
    const auto resting = machine.next(PollTick{}, start + 7900ms);
    CHECK(std::none_of(resting.begin(), resting.end(), is_check));
    const auto rested = machine.next(PollTick{}, start + 8100ms);
    CHECK(std::any_of(rested.begin(), rested.end(), is_check));
}

TEST_CASE("further candidates are loaded while there is enough to ask about") {
    const PollLimits limits = without_rate();
    Random random(1);
    PollMachine machine = ready_machine(limits, random);
    const auto claimed_by = [&](const PollEvent& event) {
        std::size_t claim = 0;
        for (const PollCommand& command : machine.next(event, start)) {
            if (const auto* const exchange = std::get_if<Exchange>(&command))
                claim = exchange->claim;
        }
        return claim;
    };
    const auto loads = [&](const PollEvent& event) {
        const auto commands = machine.next(event, start);
        return std::any_of(commands.begin(), commands.end(), [](const PollCommand& command) {
            return std::holds_alternative<LoadCandidates>(command);
        });
    };
    MessageHandle next = 1;
    const auto exchanged = [&](std::size_t count) {
        Exchanged event;
        for (; count > 0; --count)
            event.claimed.push_back(next++);
        return event;
    };
    REQUIRE(claimed_by(CandidatesLoaded{4000, true}) == 500);
    const std::size_t second = claimed_by(exchanged(500));
    REQUIRE(second > 2000);
    CHECK(loads(exchanged(second)));
    CHECK_FALSE(loads(PollTick{}));
    CHECK_FALSE(loads(CandidatesLoaded{50'000, true}));
}

TEST_CASE("a claim is made while there is more to ask about than it takes to write what was told") {
    const PollLimits limits = without_rate();
    Random random(1);
    PollMachine machine = ready_machine(limits, random);
    machine.next(CandidatesLoaded{50'000, false}, start);
    const MessageHandle last = 4500;
    Exchanged claimed;
    claimed.claimed.resize(last);
    std::iota(claimed.claimed.begin(), claimed.claimed.end(), MessageHandle{1});
    machine.next(claimed, start);
    Exchange first;
    const auto is_exchange = [](const PollCommand& command) {
        return std::holds_alternative<Exchange>(command);
    };
    for (MessageHandle message = 1; first.claim == 0 && message <= last; ++message) {
        CheckEnded ended;
        ended.message = message;
        ended.outcome = CheckEnded::Outcome::answered;
        ended.answered = true;
        const std::vector<PollCommand> commands = machine.next(ended, start);
        const auto found = std::find_if(commands.begin(), commands.end(), is_exchange);
        if (found != commands.end())
            first = std::get<Exchange>(*found);
    }
    REQUIRE(first.claim > 0);
    CHECK(last - first.answered.size() > first.answered.size() + limits.concurrency);
}

TEST_CASE("a refused token ends the pass at once") {
    Random random(1);
    PollMachine machine = ready_machine(PollLimits(), random);
    machine.next(CandidatesLoaded{1, false}, start);
    machine.next(Exchanged{{1}}, start);
    CheckEnded refused;
    refused.message = 1;
    refused.outcome = CheckEnded::Outcome::token_refused;
    machine.next(refused, start + 1s);
    const auto end = machine.next(Exchanged{}, start + 2s);
    REQUIRE(end.size() == 1);
    CHECK(std::get<EndPass>(end.front()).reason == PollEnd::token_refused);
}

TEST_CASE("a database that stays away ends the pass") {
    PollLimits limits;
    Random random(1);
    PollMachine machine(limits, random, start);
    CHECK(machine.next(PollTick{}, start + 59s).empty());
    const auto end = machine.next(PollTick{}, start + 60s);
    REQUIRE(end.size() == 1);
    CHECK(std::get<EndPass>(end.front()).reason == PollEnd::database_away);
}

namespace {

PollWorldPlan draw_plan(std::uint64_t seed) {
    Random draw(seed);
    PollWorldPlan plan;
    plan.seed = seed;
    plan.messages = draw.below(300);
    plan.fails = draw.uniform() < 0.5 ? 0 : draw.uniform() * 0.5;
    plan.loses = draw.uniform() < 0.5 ? 0 : draw.uniform() * 0.3;
    plan.taken_by_others = draw.uniform() < 0.5 ? 0 : draw.uniform();
    plan.latency = milliseconds(1 + draw.below(3000));
    plan.limits.concurrency = 1 + draw.below(40);
    if (draw.uniform() < 0.5)
        plan.limits.per_second.reset();
    else
        plan.limits.per_second = 0.5 + draw.uniform() * 100;
    if (draw.uniform() < 0.5)
        plan.limits.deadline = PollWorld::start + milliseconds(draw.below(60'000));
    if (draw.uniform() < 0.2)
        plan.stop_at = milliseconds(draw.below(20'000));
    return plan;
}

} // namespace

TEST_CASE(
    "through thousands of fault schedules a pass asks once, writes what it learnt, and ends") {
    constexpr std::uint64_t schedules = 3000;
    for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
        CAPTURE(seed);
        const PollWorldPlan plan = draw_plan(seed);
        PollWorld world(plan);
        const PollEnd end = world.run();
        REQUIRE(world.most_in_flight() <= plan.limits.concurrency);
        if (plan.limits.per_second)
            REQUIRE(
                static_cast<double>(most_within(world.begun(), 1s)) <=
                *plan.limits.per_second * 1.05 + 2);
        REQUIRE(world.machine().counts().checked == static_cast<std::int64_t>(world.told().size()));
        REQUIRE(world.written() == world.told());
        if (plan.loses == 0)
            REQUIRE(world.held() == 0);
        if (end == PollEnd::done && plan.loses == 0)
            REQUIRE(
                world.machine().counts().checked + world.machine().counts().failed +
                    world.machine().counts().skipped + world.machine().counts().released ==
                static_cast<std::int64_t>(plan.messages));
    }
}
