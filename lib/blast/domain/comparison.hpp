#pragma once

#include "blast/domain/blast_report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// How many of how many: `successes` of `trials`.
struct Proportion {
    std::int64_t successes = 0;
    std::int64_t trials = 0;

    double rate() const {
        return trials == 0 ? 0 : static_cast<double>(successes) / static_cast<double>(trials);
    }
};

enum class SignificanceTest {
    fisher_exact,    ///< where an expected count is below 10: exact however few there are
    two_proportion_z ///< pooled, two-sided; the same as the chi-squared test of the 2x2 table
};

std::string_view to_string(SignificanceTest test) noexcept;

/// The difference of two rates and what it is worth.
struct RateDifference {
    double difference = 0; ///< second rate minus first: -1 to 1
    double low = 0; ///< 95 % confidence interval of it (Newcombe 1998, method 10: hybrid score)
    double high = 0;
    double p_value =
        1; ///< two-sided: how often chance alone would give a difference at least as large
    SignificanceTest test = SignificanceTest::two_proportion_z;

    bool significant() const { return p_value < 0.05; }
};

/// Nothing when one side has no trials. Throws std::invalid_argument for a proportion that is none.
std::optional<RateDifference> compare_rates(const Proportion& first, const Proportion& second);

/// Makes p-values honest when several are read side by side (Holm 1979): the result, in the same order, bounds the chance of
/// even one false alarm among them.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

/// The p-value for people: "p = 0.31", "p = 0.004", "p < 0.001".
std::string p_value_text(double p_value);

/// What the difference means, in plain words: "the difference could be chance (p = 0.31)", "the difference is unlikely to be
/// chance (p = 0.004)", "there is no difference", or, without one, "there is nothing to compare".
std::string verdict(const std::optional<RateDifference>& difference);

/// One stage of the funnel over all arms.
struct ComparedStage {
    std::string_view name;         ///< "Received", "Read", "Replied", "Closed"
    std::vector<Proportion> rates; ///< of sent, an arm each
    /// Against the first arm, for each of the others in order; nothing where nothing was sent. With more than two arms the
    /// p-values are adjusted for being several (Holm).
    std::vector<std::optional<RateDifference>> differences;
};

/// The arms side by side: Received, Read and Replied always, Closed when any arm has a sale.
std::vector<ComparedStage> compare_arms(const std::vector<ComparedArm>& arms);

} // namespace blast
