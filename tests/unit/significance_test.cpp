
#include "blast/domain/comparison.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>

using namespace blast;
using blast::test::Approx;

TEST_CASE("small samples are compared by Fisher's exact test") {
    // Fisher's lady tasting tea, The Design of Experiments, 1935.
    const auto tea = compare_rates({3, 4}, {1, 4});
    REQUIRE(tea);
    CHECK(tea->test == SignificanceTest::fisher_exact);
    CHECK(tea->p_value == Approx(0.485714).epsilon(1e-5));
    // R: fisher.test(matrix(c(1, 9, 11, 3), 2))$p.value
    CHECK(compare_rates({1, 12}, {9, 12})->p_value == Approx(0.002759).epsilon(1e-3));
}

TEST_CASE("large samples are compared by the two-proportion z-test") {
    // 180 of 250 against 106 of 130, worked by hand: pooled 286/380, z = 2.0446.
    const auto difference = compare_rates({180, 250}, {106, 130});
    REQUIRE(difference);
    CHECK(difference->test == SignificanceTest::two_proportion_z);
    CHECK(difference->difference == Approx(0.095385).epsilon(1e-4));
    CHECK(difference->p_value == Approx(0.04091).epsilon(1e-3));
    CHECK(difference->significant());
}

TEST_CASE("the confidence interval is Newcombe's") {
    // Newcombe 1998, Statistics in Medicine 17, 873-890, table II: 56/70 and 48/80, method 10.
    const auto difference = compare_rates({48, 80}, {56, 70});
    REQUIRE(difference);
    CHECK(difference->low == Approx(0.0524).margin(0.00005));
    CHECK(difference->high == Approx(0.3339).margin(0.00005));
    // The same table's 9/10 and 3/10, and 10/10 and 0/10.
    CHECK(compare_rates({3, 10}, {9, 10})->low == Approx(0.1705).margin(0.00005));
    CHECK(compare_rates({0, 10}, {10, 10})->low == Approx(0.6075).margin(0.00005));
}

TEST_CASE("without trials there is nothing to compare") {
    CHECK_FALSE(compare_rates({0, 0}, {1, 4}));
    CHECK_FALSE(compare_rates({1, 4}, {0, 0}));
    CHECK_THROWS_AS(compare_rates({5, 4}, {1, 4}), std::invalid_argument);
}

TEST_CASE("equal rates differ by nothing, and that is no discovery") {
    for (const Proportion& rate : {Proportion{0, 10}, Proportion{10, 10}, Proportion{500, 1000}}) {
        const auto difference = compare_rates(rate, rate);
        CHECK(difference->difference == 0);
        CHECK(difference->p_value == Approx(1));
        CHECK(verdict(difference) == "there is no difference");
    }
}

TEST_CASE("a comparison of any two samples is sound") {
    rc::prop("p-values are probabilities, symmetric, and the interval holds the difference", [] {
        const auto proportion = [] {
            const std::int64_t trials = *rc::gen::inRange(1, 3000);
            return Proportion{*rc::gen::inRange<std::int64_t>(0, trials + 1), trials};
        };
        const Proportion one = proportion();
        const Proportion other = proportion();
        const auto there = compare_rates(one, other);
        const auto back = compare_rates(other, one);
        RC_ASSERT(there->p_value >= 0 && there->p_value <= 1);
        RC_ASSERT(std::abs(there->p_value - back->p_value) < 1e-9);
        RC_ASSERT(
            there->low <= there->difference + 1e-9 && there->difference <= there->high + 1e-9);
        RC_ASSERT(there->low >= -1 - 1e-9 && there->high <= 1 + 1e-9);
    });
}

TEST_CASE("two million recipients are compared at once") {
    const auto difference = compare_rates({3, 1'000'000}, {12, 1'000'000});
    CHECK(difference->test == SignificanceTest::fisher_exact);
    CHECK(difference->p_value == Approx(0.0352).epsilon(0.01));
}

TEST_CASE("p-values that are read side by side are adjusted after Holm") {
    CHECK(holm_adjusted({0.01, 0.04, 0.03}) == std::vector<double>{0.03, 0.06, 0.06});
    CHECK(holm_adjusted({0.5, 0.9}) == std::vector<double>{1.0, 1.0});
    CHECK(holm_adjusted({0.2}) == std::vector<double>{0.2});
    CHECK(holm_adjusted({}).empty());
}

TEST_CASE("the verdict says in plain words what a difference is worth") {
    CHECK(
        verdict(compare_rates({50, 250}, {36, 130})) ==
        "the difference could be chance (p = 0.089)");
    CHECK(
        verdict(compare_rates({180, 250}, {106, 130})) ==
        "the difference is unlikely to be chance (p = 0.041)");
    CHECK(
        verdict(compare_rates({100, 1000}, {300, 1000})) ==
        "the difference is unlikely to be chance (p < 0.001)");
    CHECK(verdict(std::nullopt) == "there is nothing to compare");
    CHECK(p_value_text(0.314) == "p = 0.31");
}

TEST_CASE("arms are compared with the first, stage by stage") {
    ComparedArm first;
    first.counts.replied = 10;
    first.counts.pending = 90;
    ComparedArm second = first;
    second.counts.replied = 50;
    second.counts.pending = 50;
    ComparedArm empty;
    const std::vector<ComparedStage> stages = compare_arms({first, second, empty});
    REQUIRE(stages.size() == 3);
    CHECK(stages[0].name == "Received");
    CHECK(stages[2].rates[1].successes == 50);
    REQUIRE(stages[2].differences.size() == 2);
    CHECK(stages[2].differences[0]->difference == Approx(0.4));
    CHECK_FALSE(stages[2].differences[1]);
}

TEST_CASE("Closed is compared once an arm has a sale") {
    ComparedArm first;
    first.counts.replied = 10;
    ComparedArm second = first;
    second.counts.closed = 2;
    CHECK(compare_arms({first, second}).back().name == "Closed");
}
