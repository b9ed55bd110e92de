#include "blast/domain/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace blast {

namespace {

using StageCount = std::function<std::int64_t(const BlastCounts&)>;

void adjust_for_several(std::vector<std::optional<RateDifference>>& differences) {
    std::vector<double> p_values;
    for (const auto& difference : differences) {
        if (difference) {
            p_values.push_back(difference->p_value);
        }
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    auto next = adjusted.begin();
    for (auto& difference : differences) {
        if (difference) {
            difference->p_value = *next++;
        }
    }
}

ComparedStage compare_stage(
    std::string_view name, const StageCount& count, const std::vector<ComparedArm>& arms) {
    ComparedStage stage;
    stage.name = name;
    for (const ComparedArm& arm : arms) {
        stage.rates.push_back({count(arm.counts), arm.counts.sent()});
    }
    for (std::size_t arm = 1; arm < arms.size(); ++arm) {
        stage.differences.push_back(compare_rates(stage.rates.front(), stage.rates[arm]));
    }
    adjust_for_several(stage.differences);
    return stage;
}

} // namespace

std::vector<ComparedStage> compare_arms(const std::vector<ComparedArm>& arms) {
    std::vector<ComparedStage> stages = {
        compare_stage(
            "Received", [](const BlastCounts& c) { return c.received(); }, arms),
        compare_stage(
            "Read", [](const BlastCounts& c) { return c.read(); }, arms),
        compare_stage(
            "Replied", [](const BlastCounts& c) { return c.replied; }, arms)};
    const bool any_sale = std::any_of(
        arms.begin(), arms.end(), [](const ComparedArm& arm) { return arm.counts.closed > 0; });
    if (any_sale) {
        stages.push_back(compare_stage(
            "Closed", [](const BlastCounts& c) { return c.closed; }, arms));
    }
    return stages;
}

namespace {

/// The normal deviate of a two-sided 95 % interval.
constexpr double z_95 = 1.959963984540054;

struct Interval {
    double low = 0;
    double high = 0;
};

double logarithm_of_choose(std::int64_t n, std::int64_t k) {
    const auto of_factorial = [](std::int64_t value) {
        int sign = 0;
        return lgamma_r(static_cast<double>(value) + 1, &sign);
    };
    return of_factorial(n) - of_factorial(k) - of_factorial(n - k);
}

/// Two-sided by the method of small probabilities: all tables with the same margins that are no likelier than this one.
double fisher_exact(const Proportion& first, const Proportion& second) {
    // The sum over floating-point ties must not depend on their last bit (as in R's fisher.test).
    constexpr double tie_tolerance = 1e-7;
    const std::int64_t successes = first.successes + second.successes;
    const double all = logarithm_of_choose(first.trials + second.trials, successes);
    const auto log_probability = [&](std::int64_t in_first) {
        return logarithm_of_choose(first.trials, in_first) +
               logarithm_of_choose(second.trials, successes - in_first) - all;
    };
    const double limit = log_probability(first.successes) + tie_tolerance;
    double sum = 0;
    const std::int64_t most = std::min(first.trials, successes);
    for (std::int64_t k = std::max<std::int64_t>(0, successes - second.trials); k <= most; ++k) {
        const double logarithm = log_probability(k);
        sum += logarithm <= limit ? std::exp(logarithm) : 0;
    }
    return std::min(sum, 1.0);
}

double two_proportion_z(const Proportion& first, const Proportion& second) {
    const auto n1 = static_cast<double>(first.trials);
    const auto n2 = static_cast<double>(second.trials);
    const double pooled = static_cast<double>(first.successes + second.successes) / (n1 + n2);
    const double deviation = std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
    const double z = (second.rate() - first.rate()) / deviation;
    return std::erfc(std::abs(z) / std::sqrt(2.0));
}

double smallest_expected_count(const Proportion& first, const Proportion& second) {
    const std::int64_t successes = first.successes + second.successes;
    const std::int64_t trials = first.trials + second.trials;
    const auto rarer = static_cast<double>(std::min(successes, trials - successes));
    return rarer * static_cast<double>(std::min(first.trials, second.trials)) /
           static_cast<double>(trials);
}

/// Wilson's score interval of one rate.
Interval wilson(const Proportion& proportion) {
    const auto n = static_cast<double>(proportion.trials);
    const double rate = proportion.rate();
    const double square = z_95 * z_95;
    const double half = z_95 * std::sqrt(square / (4 * n * n) + rate * (1 - rate) / n);
    const double centre = rate + square / (2 * n);
    const double scale = 1 + square / n;
    return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

Interval newcombe(const Proportion& first, const Proportion& second) {
    const Interval one = wilson(first);
    const Interval two = wilson(second);
    const double difference = second.rate() - first.rate();
    return {
        difference - std::hypot(second.rate() - two.low, one.high - first.rate()),
        difference + std::hypot(two.high - second.rate(), first.rate() - one.low)};
}

void require_proportion(const Proportion& proportion) {
    if (proportion.successes < 0 || proportion.successes > proportion.trials) {
        throw std::invalid_argument("more successes than trials");
    }
}

} // namespace

std::string_view to_string(SignificanceTest test) noexcept {
    return test == SignificanceTest::fisher_exact ? "fisher_exact" : "two_proportion_z";
}

std::optional<RateDifference> compare_rates(const Proportion& first, const Proportion& second) {
    constexpr double enough_for_z = 10;
    require_proportion(first);
    require_proportion(second);
    if (first.trials == 0 || second.trials == 0) {
        return std::nullopt;
    }
    RateDifference result;
    result.difference = second.rate() - first.rate();
    const Interval interval = newcombe(first, second);
    result.low = interval.low;
    result.high = interval.high;
    if (smallest_expected_count(first, second) < enough_for_z) {
        result.test = SignificanceTest::fisher_exact;
        result.p_value = fisher_exact(first, second);
    } else {
        result.p_value = two_proportion_z(first, second);
    }
    return result;
}

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return p_values[left] < p_values[right];
    });
    std::vector<double> adjusted(p_values.size());
    double floor = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const double scaled = static_cast<double>(order.size() - rank) * p_values[order[rank]];
        floor = std::max(floor, std::min(scaled, 1.0));
        adjusted[order[rank]] = floor;
    }
    return adjusted;
}

std::string p_value_text(double p_value) {
    constexpr double least_shown = 0.001;
    constexpr double three_decimals_below = 0.1;
    if (p_value < least_shown) {
        return "p < 0.001";
    }
    return p_value < three_decimals_below ? fmt::format("p = {:.3f}", p_value)
                                          : fmt::format("p = {:.2f}", p_value);
}

std::string verdict(const std::optional<RateDifference>& difference) {
    if (!difference) {
        return "there is nothing to compare";
    }
    if (difference->difference == 0) {
        return "there is no difference";
    }
    return fmt::format(
        "the difference {} ({})",
        difference->significant() ? "is unlikely to be chance" : "could be chance",
        p_value_text(difference->p_value));
}

} // namespace blast
