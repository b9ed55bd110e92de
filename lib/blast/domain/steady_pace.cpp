#include "blast/domain/steady_pace.hpp"

#include <cmath>

namespace blast {

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

} // namespace blast
