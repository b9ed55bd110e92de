#include "blast/domain/pacing.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace blast {

namespace {

constexpr double highest_per_second = 100'000;
constexpr double lowest_per_second =
    1 / (30 * 86'400.0); // once in 30 days: later times are nobody's plan

/// Seconds of "/s", "/m" and "/h"; 0 for anything else.
double unit_seconds(std::string_view unit) {
    if (unit == "/s") {
        return 1;
    }
    if (unit == "/m") {
        return 60;
    }
    return unit == "/h" ? 3'600 : 0;
}

} // namespace

Rate parse_rate(std::string_view text, std::string_view what) {
    if (text == "max") {
        return {std::nullopt, "max"};
    }
    double amount = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    const double seconds = unit_seconds(text.substr(static_cast<std::size_t>(end - text.data())));
    const double per_second = seconds > 0 ? amount / seconds : 0;
    if (error != std::errc() || !(per_second > 0) || per_second > highest_per_second) {
        throw UsageError(
            fmt::format("{}: '{}' is not a rate", what, printable(text)),
            "write it as 1/s, 30/m, 500/h or max");
    }
    if (per_second < lowest_per_second) {
        throw UsageError(
            fmt::format("{}: '{}' is too slow", what, printable(text)),
            "one in 30 days, 0.0014/h, is the slowest");
    }
    return {per_second, std::string(text)};
}

std::vector<double> SlotPlan::starts(std::size_t count, Random& random) const {
    std::vector<double> starts(count + 1, 0.0);
    if (!per_second_) {
        return starts;
    }
    const double gap = 1.0 / *per_second_;
    for (std::size_t i = 1; i <= count; ++i) {
        starts[i] = starts[i - 1] + gap * (1.0 + jitter_ * (2.0 * random.uniform() - 1.0));
    }
    return starts;
}

namespace {

/// Posts that leave evenly arrive so much closer together: the gateway's second is what must hold no more.
constexpr std::chrono::milliseconds arrival_slack{5};

std::chrono::seconds span_of(double per_second) {
    constexpr double a_minute = 60;
    if (per_second >= 1) {
        return std::chrono::seconds(1);
    }
    return per_second * a_minute >= 1 ? std::chrono::minutes(1) : std::chrono::hours(1);
}

} // namespace

SteadyPace::SteadyPace(double per_second)
    : span_(span_of(per_second)),
      most_(
          1 + static_cast<std::size_t>(
                  std::floor(per_second * std::chrono::duration<double>(span_).count() + 1e-6))) {}

Instant SteadyPace::next() const {
    return posts_.size() < most_ ? Instant{} : posts_.front() + span_ + arrival_slack;
}

void SteadyPace::posted(Instant now) {
    if (posts_.size() == most_) {
        posts_.pop_front();
    }
    posts_.push_back(now);
}

void Throughput::record(Instant now) {
    const auto passed = now - step_start_;
    if (passed >= step) {
        previous_ = passed < 2 * step ? current_ : 0;
        current_ = 0;
        step_start_ = now;
    }
    current_ += 1;
}

double Throughput::per_second(Instant now) const {
    const auto passed = now - step_start_;
    if (passed >= 2 * step) {
        return 0;
    }
    const double seconds =
        std::chrono::duration<double>(std::min<Instant::duration>(passed, step)).count();
    const double step_seconds = std::chrono::duration<double>(step).count();
    const double span = previous_ > 0 ? seconds + step_seconds : std::max(seconds, step_seconds);
    return (previous_ + current_) / span;
}

namespace {

double seconds(Instant::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

} // namespace

void ServerClock::learn(Instant asked, Instant answered, double epoch_seconds) {
    const auto took = answered - asked;
    // A good exchange is believed for long, but not for ever: clocks drift.
    if (round_trip_ && took > *round_trip_) {
        *round_trip_ += *round_trip_ / 16;
        return;
    }
    round_trip_ = took;
    offset_seconds_ = epoch_seconds - seconds((asked + took / 2).time_since_epoch());
}

Instant ServerClock::instant_of(double epoch_seconds) const {
    const std::chrono::duration<double> since_boot(epoch_seconds - offset_seconds_);
    return Instant(std::chrono::duration_cast<Instant::duration>(since_boot));
}

} // namespace blast
