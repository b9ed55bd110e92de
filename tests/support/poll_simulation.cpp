#include "support/poll_simulation.hpp"

#include "support/poll_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

namespace blast::test {

namespace {

using std::chrono::seconds;

constexpr double never_delivered = 0.04;
constexpr double never_read = 0.28;
constexpr double delivery_median_seconds = 4;
constexpr double delivery_spread = 1.0;
constexpr double read_median_seconds = 40.0 * 60;
constexpr double read_spread = 1.6;

struct SimulatedMessage {
    TrackedMessage tracked;
    std::optional<WallTime> delivered_at;
    std::optional<WallTime> read_at;

    Status status_at(WallTime now) const {
        if (read_at && *read_at <= now)
            return Status::read_ack;
        return delivered_at && *delivered_at <= now ? Status::delivery_ack : Status::pending;
    }

    std::optional<WallTime> reached_at(Status status) const {
        return status == Status::read_ack ? read_at : delivered_at;
    }
};

class Recipients {
public:
    explicit Recipients(std::uint64_t seed) : engine_(seed) {}

    SimulatedMessage draw(WallTime sent_at) {
        SimulatedMessage message;
        message.tracked.sent_at = sent_at;
        const double fate = uniform_(engine_);
        const double to_delivery =
            delivery_median_seconds * std::exp(delivery_spread * normal_(engine_));
        const double to_read = read_median_seconds * std::exp(read_spread * normal_(engine_));
        if (fate >= never_delivered)
            message.delivered_at =
                sent_at + std::chrono::milliseconds(std::llround(to_delivery * 1000));
        if (fate >= never_read)
            message.read_at =
                *message.delivered_at + std::chrono::milliseconds(std::llround(to_read * 1000));
        return message;
    }

private:
    std::mt19937_64 engine_;
    std::uniform_real_distribution<double> uniform_{0, 1};
    std::normal_distribution<double> normal_{0, 1};
};

/// Plays the passes over the messages and keeps the figures.
class Play {
public:
    explicit Play(seconds between_passes) : between_passes_(between_passes) {}

    void check(SimulatedMessage& message, WallTime now) {
        ++result_.calls;
        const Status found = message.status_at(now);
        if (found > message.tracked.status)
            note_change(message, found, now);
        message.tracked.status = std::max(message.tracked.status, found);
        message.tracked.last_checked_at = now;
    }

    /// A reported status is never older than a gap and the time to the next pass.
    void hold_to_bound(const SimulatedMessage& message, WallTime now) {
        const auto bound = check_gap(now - message.tracked.sent_at) + between_passes_;
        const auto then = now - std::chrono::duration_cast<WallTime::duration>(bound);
        if (message.tracked.status < message.status_at(then))
            ++result_.beyond_bound;
    }

    PollSimulation finish() {
        std::sort(staleness_.begin(), staleness_.end());
        result_.changes_found = static_cast<std::int64_t>(staleness_.size());
        if (!staleness_.empty()) {
            result_.median_staleness =
                std::chrono::duration_cast<seconds>(staleness_[staleness_.size() / 2]);
            result_.worst_staleness = std::chrono::duration_cast<seconds>(staleness_.back());
        }
        return result_;
    }

    PollSimulation& result() { return result_; }

private:
    void note_change(const SimulatedMessage& message, Status found, WallTime now) {
        const auto staleness = now - *message.reached_at(found);
        staleness_.push_back(staleness);
        const auto age = now - message.tracked.sent_at;
        if (age >= std::chrono::hours(1))
            result_.worst_staleness_of_age = std::max(
                result_.worst_staleness_of_age,
                std::chrono::duration<double>(staleness) / std::chrono::duration<double>(age));
    }

    seconds between_passes_;
    PollSimulation result_;
    std::vector<WallTime::duration> staleness_;
};

/// Calls for one message of the plan that asks every 10 seconds until it is read or 7 days old.
std::int64_t calls_every_10_seconds(const SimulatedMessage& message) {
    const WallTime end = message.tracked.sent_at + tracked_for;
    const WallTime last = message.read_at ? std::min(*message.read_at, end) : end;
    return (last - message.tracked.sent_at) / seconds(10) + 1;
}

} // namespace

PollSimulation simulate_polling(const PollSimulationPlan& plan) {
    const WallTime start{seconds(1'768'716'000)};
    Recipients recipients(plan.seed);
    std::vector<SimulatedMessage> messages;
    messages.reserve(static_cast<std::size_t>(plan.recipients));
    for (int i = 0; i < plan.recipients; ++i)
        messages.push_back(recipients.draw(start + seconds(i)));

    Play play(plan.between_passes);
    const WallTime end = messages.back().tracked.sent_at + tracked_for;
    for (WallTime now = start; now < end; now += plan.between_passes) {
        for (SimulatedMessage& message : messages) {
            if (message.tracked.sent_at <= now && is_due(message.tracked, now))
                play.check(message, now);
            if (still_moves(message.tracked, now))
                play.hold_to_bound(message, now);
        }
    }
    for (const SimulatedMessage& message : messages)
        play.result().calls_every_10_seconds += calls_every_10_seconds(message);
    return play.finish();
}

} // namespace blast::test
