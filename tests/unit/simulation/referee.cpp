#include "unit/simulation/referee.hpp"

#include <algorithm>
#include <cmath>

namespace blast::simulation {

Instant::duration hearing_lasts(const SendLimits& limits) {
    return std::max<Instant::duration>(std::chrono::seconds(1), 2 * limits.round_trip);
}

std::size_t most_ready(const SendLimits& limits, double throughput) {
    const double round_trip = std::chrono::duration<double>(limits.round_trip).count();
    return std::max<std::size_t>(1, limits.concurrency / 2) +
           static_cast<std::size_t>(std::ceil(throughput * round_trip));
}

std::size_t most_unsettled(const SendLimits& limits, double throughput) {
    const double round_trip = std::chrono::duration<double>(limits.round_trip).count();
    return limits.concurrency + most_ready(limits, throughput) +
           static_cast<std::size_t>(std::ceil(throughput * 2 * round_trip));
}

Referee::Referee(const SendLimits& limits, Instant now)
    : limits_(limits),
      devices_(limits.devices),
      claims_{Lane::State::away, now, now},
      records_{Lane::State::away, now, now},
      circuit_(limits.probing ? Circuit::open : Circuit::closed) {}

void Referee::Lane::ready(Instant now) {
    if (!away())
        return;
    state = State::idle;
    ready_since = now;
}

void Referee::Lane::lose(Instant now) {
    const std::chrono::seconds long_enough(lost_before ? 90 : 5);
    if (!away() && now >= ready_since + long_enough)
        trouble_since = now;
    if (!away() && now >= ready_since + std::chrono::seconds(25))
        ++silences;
    lost_before = true;
    state = State::away;
}

void Referee::Lane::answered() {
    state = State::idle;
    lost_before = false;
    silences = 0;
}

void Referee::Lane::begin() {
    demand(silences < 5, "it asks a database again and again that does not answer");
    state = State::busy;
}

void Referee::told(const SendEvent& event, Instant now) {
    if (!std::holds_alternative<Tick>(event))
        quiet_ticks_ = 0;
    std::visit([&](const auto& e) { on(e, now); }, event);
    excuse_some(now);
}

/// Marks what has a reason to be handed back unposted.
void Referee::excuse_some(Instant now) {
    claims_gone_ = claims_gone_ || gone(claims_, now);
    for (Holding& row : holdings_) {
        const bool away = away_since_ || now < devices_.at(row.device).silent_until;
        const bool in_flight_before =
            std::any_of(holdings_.begin(), holdings_.end(), [&](const Holding& other) {
                return other.id == row.id && other.in_flight();
            });
        row.excused =
            row.excused || away || stopped_ || claims_gone_ || in_flight_before || row.unwanted;
    }
}

bool Referee::gone(const Lane& lane, Instant now) const {
    return lane.away() && now >= lane.trouble_since + limits_.database_budget;
}

void Referee::asked(const SendCommand& command, Instant now, double throughput) {
    demand(!finished_, "a command comes after Finish");
    throughput_ = throughput;
    quiet_ticks_ = 0;
    std::visit([&](const auto& c) { check(c, now); }, command);
}

void Referee::wakes(Instant when, Instant told_at) const {
    demand(finished_ || when > told_at, "it asks to be woken at once, again and again");
}

Referee::Holding* Referee::awaited(std::int64_t id) {
    const auto found = std::find_if(holdings_.begin(), holdings_.end(), [&](const Holding& h) {
        return h.id == id && (h.in_flight() || (h.given_up && h.stage == Stage::ended));
    });
    return found == holdings_.end() ? nullptr : &*found;
}

bool Referee::out_of_patience(Instant now) const {
    return signalled_at_ && now >= *signalled_at_ + limits_.stop_grace;
}

std::size_t Referee::in_flight() const {
    return static_cast<std::size_t>(std::count_if(
        holdings_.begin(), holdings_.end(), [](const Holding& h) { return h.in_flight(); }));
}

std::size_t Referee::waiting(Instant now) const {
    return static_cast<std::size_t>(std::count_if(
        holdings_.begin(), holdings_.end(), [now](const Holding& h) { return h.waits(now); }));
}

Referee::Holding& Referee::holding(std::int64_t id, const AttemptId& attempt) {
    const auto found = std::find_if(holdings_.begin(), holdings_.end(), [&](const Holding& h) {
        return h.id == id && h.attempt == attempt;
    });
    demand(found != holdings_.end(), "{} is not in its hands", id);
    return *found;
}

} // namespace blast::simulation
