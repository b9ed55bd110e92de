#include "sim/fate.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <rapidcheck/catch.h>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using blast::sim::Fate;
using blast::sim::fate_of;
using blast::sim::Share;
using blast::sim::Stage;
using blast::sim::StageDealer;
using blast::sim::StageShares;
using blast::test::Approx;

namespace {

struct Counts {
    std::uint64_t delivered = 0;
    std::uint64_t read = 0;
    std::uint64_t replied = 0;
    std::uint64_t undeliverable = 0;
};

Counts deal(StageDealer& dealer, std::uint64_t messages) {
    Counts counts;
    for (std::uint64_t i = 0; i < messages; ++i) {
        const Stage stage = dealer.next();
        counts.delivered += stage >= Stage::delivered ? 1 : 0;
        counts.read += stage >= Stage::read ? 1 : 0;
        counts.replied += stage >= Stage::replied ? 1 : 0;
        counts.undeliverable += stage == Stage::undeliverable ? 1 : 0;
    }
    return counts;
}

Share fraction(std::uint64_t numerator, std::uint64_t denominator) {
    return {
        static_cast<double>(numerator) / static_cast<double>(denominator), numerator, denominator};
}

} // namespace

TEST_CASE("fractions are met exactly over every block, whatever the seed") {
    rc::prop("fractions are met exactly over every block", [](std::uint64_t seed) {
        const auto length = *rc::gen::inRange<std::uint64_t>(1, 400);
        const auto delivered = *rc::gen::inRange<std::uint64_t>(0, length + 1);
        const auto read = *rc::gen::inRange<std::uint64_t>(0, delivered + 1);
        const auto replied = *rc::gen::inRange<std::uint64_t>(0, read + 1);
        const auto undeliverable = *rc::gen::inRange<std::uint64_t>(0, length - delivered + 1);
        StageDealer dealer(
            {fraction(delivered, length), fraction(read, length), fraction(replied, length),
             fraction(undeliverable, length)},
            seed);
        for (int block = 0; block < 3; ++block) {
            const Counts counts = deal(dealer, length);
            RC_ASSERT(counts.delivered == delivered);
            RC_ASSERT(counts.read == read);
            RC_ASSERT(counts.replied == replied);
            RC_ASSERT(counts.undeliverable == undeliverable);
        }
    });
}

TEST_CASE("probabilities are met on average, beside fractions too") {
    StageDealer dealer({{0.9, 0, 0}, {0.5, 0, 0}, fraction(1, 10), {0.05, 0, 0}}, 7);
    const Counts counts = deal(dealer, 100'000);
    CHECK(counts.delivered == Approx(90'000).margin(600));
    CHECK(counts.read == Approx(50'000).margin(1'000));
    CHECK(counts.replied == 10'000);
    CHECK(counts.undeliverable == Approx(5'000).margin(400));
}

TEST_CASE("the seed shuffles who gets how far, and the same seed deals the same") {
    const StageShares shares{fraction(1, 2), fraction(0, 1), fraction(0, 1), fraction(0, 1)};
    const auto deal_all = [&shares](std::uint64_t seed) {
        StageShares hundred = shares;
        hundred.delivered = fraction(50, 100);
        StageDealer dealer(hundred, seed);
        std::vector<Stage> dealt(100);
        std::generate(dealt.begin(), dealt.end(), [&dealer] { return dealer.next(); });
        return dealt;
    };
    CHECK(deal_all(1) == deal_all(1));
    CHECK(deal_all(1) != deal_all(2));
}

TEST_CASE("a message is acknowledged, delivered, read and answered in this order, within days") {
    rc::prop("stages come in order", [](std::uint64_t seed, std::uint32_t ordinal) {
        const Fate fate = fate_of({seed, 1, 0}, ordinal, Stage::replied);
        RC_ASSERT(fate.acknowledged > 0ns);
        RC_ASSERT(fate.acknowledged <= fate.delivered);
        RC_ASSERT(fate.delivered <= fate.read);
        RC_ASSERT(fate.read <= fate.replied);
        RC_ASSERT(fate.replied < 24h * 6);
    });
}

TEST_CASE("delays have the medians of everyday life, and the speed shortens them") {
    const auto median = [](double speed, auto stage_time) {
        std::vector<double> seconds;
        for (std::uint64_t ordinal = 0; ordinal < 4'001; ++ordinal)
            seconds.push_back(std::chrono::duration<double>(
                                  stage_time(fate_of({1, speed, 0}, ordinal, Stage::replied)))
                                  .count());
        std::nth_element(seconds.begin(), seconds.begin() + 2'000, seconds.end());
        return seconds[2'000];
    };
    const auto delivered = [](const Fate& fate) { return fate.delivered; };
    const auto read = [](const Fate& fate) { return fate.read; };
    const auto replied_after = [](const Fate& fate) { return fate.replied - fate.read; };
    CHECK(median(1, delivered) == Approx(4).margin(0.5));
    CHECK(median(1, read) == Approx(40 * 60).epsilon(0.1));
    CHECK(median(1, replied_after) == Approx(80 * 60).epsilon(0.1));
    CHECK(median(1000, read) == Approx(2.4).epsilon(0.1));
}

TEST_CASE("the status at an age is the last stage that was reached") {
    Fate fate{Stage::replied, true, 1s, 4s, 40s, 80s};
    const auto status = [&fate](std::chrono::nanoseconds age) {
        return std::string(status_at(fate, age).name);
    };
    CHECK(status(0s) == "PENDING");
    CHECK(status(999ms) == "PENDING");
    CHECK(status(1s) == "SERVER_ACK");
    CHECK(status(4s) == "DELIVERY_ACK");
    CHECK(status_at(fate, 5s).since == 4s);
    CHECK(status(40s) == "READ_ACK");
    CHECK(status(1h) == "READ_ACK");

    fate.read_receipt = false;
    CHECK(status(1h) == "DELIVERY_ACK");
    fate.reach = Stage::delivered;
    CHECK(status(1h) == "DELIVERY_ACK");
    fate.reach = Stage::sent;
    CHECK(status(1h) == "SERVER_ACK");
    fate.reach = Stage::undeliverable;
    CHECK(status(3s) == "SERVER_ACK");
    CHECK(status(4s) == "ERROR");
}

TEST_CASE("the gateway tells of each stage that is reached, once, and of no other") {
    const auto told = [](Stage reach, bool read_receipt) {
        const Fate fate{reach, read_receipt, 1s, 4s, 40s, 80s};
        std::vector<Stage> events;
        for (auto stage = next_event(fate, Stage::sent); stage; stage = next_event(fate, *stage))
            events.push_back(*stage);
        return events;
    };
    using Stages = std::vector<Stage>;
    CHECK(told(Stage::sent, true).empty());
    CHECK(told(Stage::undeliverable, true) == Stages{Stage::undeliverable});
    CHECK(told(Stage::delivered, true) == Stages{Stage::delivered});
    CHECK(told(Stage::read, true) == Stages{Stage::delivered, Stage::read});
    CHECK(told(Stage::replied, true) == Stages{Stage::delivered, Stage::read, Stage::replied});
    CHECK(told(Stage::replied, false) == Stages{Stage::delivered, Stage::replied});
}

TEST_CASE("read receipts are off for the share of repliers that was asked for") {
    int off = 0;
    for (std::uint64_t ordinal = 0; ordinal < 10'000; ++ordinal)
        off += fate_of({1, 1, 0.3}, ordinal, Stage::replied).read_receipt ? 0 : 1;
    CHECK(off == Approx(3'000).margin(200));
    CHECK(fate_of({1, 1, 1}, 0, Stage::read).read_receipt);
}
