#include "blast/domain/poll_machine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

using namespace blast;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

struct WorldPlan {
    std::uint64_t seed = 1;
    std::size_t messages = 200;
    PollLimits limits;
    double fails = 0;           ///< share of checks that fail
    double loses = 0;           ///< share of exchanges and pages whose answer is lost
    double taken_by_others = 0; ///< share of candidates that a claim does not get
    milliseconds latency{50};
    milliseconds gateway_dead_from{-1};
    milliseconds gateway_dead_until{-1};
    std::optional<milliseconds> stop_at;
};

/// Plays a pass: a database and a gateway with faults, and a clock that jumps from event to event.
class World {
public:
    explicit World(const WorldPlan& plan)
        : plan_(plan), random_(plan.seed), machine_(plan.limits, random_, start) {
        if (plan.stop_at)
            events_.emplace(start + *plan.stop_at, PollStopRequested{PollEnd::interrupted});
        events_.emplace(start + 5ms, DatabaseReady{});
    }

    PollEnd run() {
        while (!end_) {
            const Instant wake = machine_.wake_at(now_);
            REQUIRE(wake >= now_);
            if (!events_.empty() && events_.begin()->first <= wake) {
                now_ = std::max(now_, events_.begin()->first);
                const PollEvent event = events_.extract(events_.begin()).mapped();
                feed(event);
            } else {
                now_ = std::max(wake, now_ + 1ms);
                feed(PollTick{});
            }
            REQUIRE(now_ < start + 24h);
        }
        return *end_;
    }

    static constexpr Instant start{std::chrono::hours(1)};

    PollMachine& machine() { return machine_; }
    Instant now() const { return now_; }
    const std::vector<Instant>& begun() const { return begun_; }
    const std::set<MessageHandle>& told() const { return told_; }
    const std::set<MessageHandle>& written() const { return written_; }
    /// Messages that the pass still holds, but for those whose lease is about to end by itself.
    std::size_t held() const {
        return static_cast<std::size_t>(
            std::count_if(held_.begin(), held_.end(), [this](MessageHandle message) {
                return lease_ends_.at(message) > now_ + 1s;
            }));
    }
    std::size_t most_in_flight() const { return most_in_flight_; }

private:
    void feed(const PollEvent& event) {
        if (std::holds_alternative<CheckEnded>(event))
            --in_flight_;
        for (const PollCommand& command : machine_.next(event, now_))
            std::visit([this](const auto& asked) { obey(asked); }, command);
    }

    void later(milliseconds delay, const PollEvent& event) { events_.emplace(now_ + delay, event); }

    void lose_database() {
        later(5ms, DatabaseLost{});
        later(500ms, DatabaseReady{});
    }

    void obey(const LoadCandidates&) {
        if (random_.uniform() < plan_.loses) {
            lose_database();
            return;
        }
        const std::size_t count = std::min<std::size_t>(70, plan_.messages - loaded_);
        loaded_ += count;
        later(5ms, CandidatesLoaded{count, loaded_ < plan_.messages});
    }

    void obey(const Exchange& exchange) {
        std::vector<MessageHandle> claimed;
        for (std::size_t i = 0; i < exchange.claim; ++i) {
            if (random_.uniform() >= plan_.taken_by_others)
                claimed.push_back(next_message_);
            ++next_message_;
        }
        const bool lost = random_.uniform() < plan_.loses;
        if (!lost || random_.uniform() < 0.5) {
            written_.insert(exchange.told.begin(), exchange.told.end());
            for (const MessageHandle message : exchange.told)
                held_.erase(message);
            for (const MessageHandle message : exchange.released)
                held_.erase(message);
        }
        if (lost) {
            lose_database();
            return;
        }
        for (const MessageHandle message : claimed) {
            held_.insert(message);
            lease_ends_[message] = now_ + plan_.limits.lease;
        }
        later(5ms, Exchanged{claimed});
    }

    void obey(const Check& check) {
        REQUIRE(asked_.insert(check.message).second);
        REQUIRE(now_ + check.timeout <= lease_ends_.at(check.message));
        begun_.push_back(now_);
        most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
        const auto since = now_ - start;
        CheckEnded ended;
        ended.message = check.message;
        ended.answered = !(since >= plan_.gateway_dead_from && since < plan_.gateway_dead_until);
        const bool fails = !ended.answered || random_.uniform() < plan_.fails;
        ended.outcome = fails ? CheckEnded::Outcome::failed : CheckEnded::Outcome::told;
        if (!fails)
            told_.insert(check.message);
        later(std::min(plan_.latency, check.timeout), ended);
    }

    void obey(const EndPass& end) { end_ = end.reason; }

    WorldPlan plan_;
    Random random_;
    PollMachine machine_;
    Instant now_ = start;
    std::multimap<Instant, PollEvent> events_;
    std::optional<PollEnd> end_;
    std::size_t loaded_ = 0;
    MessageHandle next_message_ = 0;
    std::set<MessageHandle> asked_;
    std::set<MessageHandle> told_;
    std::set<MessageHandle> written_;
    std::set<MessageHandle> held_;
    std::map<MessageHandle, Instant> lease_ends_;
    std::vector<Instant> begun_;
    std::size_t in_flight_ = 0;
    std::size_t most_in_flight_ = 0;
};

/// The most checks that were begun within any such span.
std::size_t most_within(const std::vector<Instant>& begun, milliseconds span) {
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t last = 0; last < begun.size(); ++last) {
        while (begun[last] - begun[first] >= span)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

} // namespace

TEST_CASE("a pass checks everything that is due, once, and writes it") {
    WorldPlan plan;
    plan.limits.per_second.reset();
    World world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().checked == 200);
    CHECK(world.written().size() == 200);
    CHECK(world.held() == 0);
    CHECK(world.most_in_flight() == 8);
}

TEST_CASE("checks keep to the rate, and use it") {
    WorldPlan plan;
    plan.limits.per_second = 20;
    World world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(most_within(world.begun(), 1s) <= 22);
    CHECK(world.now() - World::start < 11s);
    CHECK(world.now() - World::start > 9s);
}

TEST_CASE("a very low rate does not let leases run out") {
    WorldPlan plan;
    plan.messages = 5;
    plan.limits.per_second = 1.0 / 60;
    World world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().checked == 5);
}

TEST_CASE("the deadline ends a pass in time, and what is claimed is let go") {
    WorldPlan plan;
    plan.limits.per_second = 10;
    plan.limits.deadline = World::start + 5s;
    plan.latency = 400ms;
    World world(plan);
    CHECK(world.run() == PollEnd::deadline);
    CHECK(world.now() <= World::start + 5s + 500ms);
    CHECK(world.machine().counts().checked > 40);
    CHECK(world.written().size() == static_cast<std::size_t>(world.machine().counts().checked));
    CHECK(world.held() == 0);
}

TEST_CASE("a stop waits for what is under way, writes it, and lets the rest go") {
    WorldPlan plan;
    plan.stop_at = 2s;
    plan.latency = 900ms;
    World world(plan);
    CHECK(world.run() == PollEnd::interrupted);
    CHECK(world.now() < World::start + 3200ms);
    CHECK(world.written() == world.told());
    CHECK(world.held() == 0);
}

TEST_CASE("a gateway that fails is left alone for growing gaps from the third failure in a row") {
    WorldPlan plan;
    plan.fails = 1;
    plan.limits.per_second.reset();
    plan.limits.concurrency = 1;
    plan.limits.deadline = World::start + 50s;
    World world(plan);
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
    WorldPlan plan;
    plan.gateway_dead_from = 1s;
    plan.gateway_dead_until = 4s;
    plan.limits.per_second.reset();
    plan.latency = 100ms;
    World world(plan);
    CHECK(world.run() == PollEnd::done);
    CHECK(world.machine().counts().failed < 20);
    CHECK(world.machine().counts().checked > 180);
}

TEST_CASE("a gateway that was never reached is given up") {
    WorldPlan plan;
    plan.gateway_dead_from = 0s;
    plan.gateway_dead_until = 1h;
    World world(plan);
    CHECK(world.run() == PollEnd::unreachable);
    CHECK(world.now() - World::start < 40s);
    CHECK_FALSE(world.machine().ever_answered());
    CHECK(world.held() == 0);
}

TEST_CASE("Retry-After is waited for") {
    PollLimits limits;
    limits.per_second.reset();
    Random random(1);
    const Instant start{std::chrono::hours(1)};
    PollMachine machine(limits, random, start);
    machine.next(DatabaseReady{}, start);
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

TEST_CASE("a refused token ends the pass at once") {
    PollLimits limits;
    Random random(1);
    const Instant start{std::chrono::hours(1)};
    PollMachine machine(limits, random, start);
    machine.next(DatabaseReady{}, start);
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
    const Instant start{std::chrono::hours(1)};
    PollMachine machine(limits, random, start);
    CHECK(machine.next(PollTick{}, start + 59s).empty());
    const auto end = machine.next(PollTick{}, start + 60s);
    REQUIRE(end.size() == 1);
    CHECK(std::get<EndPass>(end.front()).reason == PollEnd::database_away);
}

TEST_CASE(
    "through thousands of fault schedules a pass asks once, writes what it learnt, and ends") {
    constexpr std::uint64_t schedules = 3000;
    for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
        CAPTURE(seed);
        Random draw(seed);
        WorldPlan plan;
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
            plan.limits.deadline = World::start + milliseconds(draw.below(60'000));
        if (draw.uniform() < 0.2)
            plan.stop_at = milliseconds(draw.below(20'000));
        World world(plan);
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
                    world.machine().counts().passed_over + world.machine().counts().let_go ==
                static_cast<std::int64_t>(plan.messages));
    }
}
