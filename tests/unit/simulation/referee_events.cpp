// What a referee makes of what its machine is told.
#include "unit/simulation/referee.hpp"

#include <algorithm>

namespace blast::simulation {

using std::chrono::milliseconds;

void Referee::on(const ClaimAnswered& event, Instant) {
    claims_.answered();
    Device& device = devices_.at(claiming_.device);
    device.capped = event.capped;
    device.next_claim =
        std::max(event.blocked_until, event.next_slot - claim_ahead(limits_.round_trip));
    for (const ClaimedRow& row : event.rows)
        hold(claiming_, row.id, event.asked_at);
}

void Referee::on(const ClaimLost&, Instant now) {
    claims_.lose(now);
    lost_claims_.emplace_back(claiming_, claim_asked_);
}

void Referee::on(const ClaimRejected&, Instant) {
    claims_.answered();
}

void Referee::on(const AttemptReadBack& event, Instant) {
    claims_.answered();
    const auto [claim, asked_at] = lost_claims_.front();
    lost_claims_.pop_front();
    if (event.ids.empty())
        empty_claims_.push_back(claim.attempt);
    for (const std::int64_t id : event.ids)
        hold(claim, id, asked_at);
}

void Referee::hold(const Claim& claim, std::int64_t id, Instant asked_at) {
    Holding row;
    row.id = id;
    row.attempt = claim.attempt;
    row.device = claim.device;
    row.heard_at = asked_at;
    row.not_after = asked_at + limits_.lease_margin;
    holdings_.push_back(row);
}

void Referee::on(const Heard& event, Instant) {
    claims_.answered();
    for (Holding& row : holdings_) {
        row.heard_at = std::max(row.heard_at, event.asked_at);
        row.unwanted =
            row.unwanted ||
            std::find(event.unwanted.begin(), event.unwanted.end(), row.id) != event.unwanted.end();
    }
}

void Referee::on(const QueryLost&, Instant now) {
    claims_.lose(now);
}

void Referee::on(const PostEnded& event, Instant now) {
    Holding* row = awaited(event.id);
    if (row == nullptr)
        return; // given up when a signal's patience ended, and settled
    row->stage = Stage::ended;
    row->verdict = event.verdict;
    if (row->given_up)
        return;
    note_silence(event);
    note_outcome(*row, event, now);
}

void Referee::note_silence(const PostEnded& event) {
    if (event.silent) {
        unanswered_ = true;
        return;
    }
    if (event.verdict == SendVerdict::unreachable || event.verdict == SendVerdict::not_begun)
        return;
    unanswered_ = false;
    for (Holding& row : holdings_)
        row.trial = false;
}

void Referee::note_unreachable(const Holding& ended, Instant now) {
    away_since_ = away_since_.value_or(now);
    if (ended.posted_at < silent_until_)
        return; // begun before it was known
    if (now - *away_since_ >= limits_.gateway_budget)
        gateway_gone_ = true;
    const Instant last_try = *away_since_ + limits_.gateway_budget;
    silent_until_ = std::min(now + milliseconds(250), std::max(last_try, now));
}

void Referee::gateway_answers() {
    away_since_.reset();
    silent_until_ = {};
}

void Referee::note_outcome(const Holding& ended, const PostEnded& event, Instant now) {
    switch (event.verdict) {
    case SendVerdict::not_begun: return;
    case SendVerdict::unreachable: note_unreachable(ended, now); return;
    case SendVerdict::unauthorized: stop(SendStop::unauthorized); return;
    case SendVerdict::throttled: {
        Instant& until = devices_.at(ended.device).silent_until;
        until = std::max(until, now + event.retry_after.value_or(std::chrono::seconds(1)));
        gateway_answers();
        return;
    }
    default: break;
    }
    gateway_answers();
    accepted_one_ = accepted_one_ || event.verdict == SendVerdict::accepted;
    outcomes_.push_back(event.verdict != SendVerdict::accepted);
    if (outcomes_.size() > 20)
        outcomes_.pop_front();
    const auto failures =
        static_cast<std::size_t>(std::count(outcomes_.begin(), outcomes_.end(), true));
    if (failures >= 10 && 2 * failures > outcomes_.size())
        stop(SendStop::circuit_open);
}

void Referee::on(const Settled&, Instant) {
    records_.answered();
    holdings_.erase(
        std::remove_if(
            holdings_.begin(), holdings_.end(),
            [](const Holding& h) { return h.stage == Stage::settling; }),
        holdings_.end());
    releasing_.clear();
    if (circuit_ == Circuit::closing)
        circuit_ = Circuit::closed;
}

void Referee::on(const SettleLost&, Instant now) {
    records_.lose(now);
    if (circuit_ == Circuit::closing)
        circuit_ = Circuit::open;
    for (Holding& h : holdings_) {
        if (h.stage == Stage::settling)
            h.stage = Stage::ended;
    }
    empty_claims_.insert(empty_claims_.end(), releasing_.begin(), releasing_.end());
    releasing_.clear();
}

void Referee::on(const QueueChecked& event, Instant) {
    claims_.answered();
    queued_ = event.queued;
}

void Referee::on(const ClaimsReady&, Instant now) {
    claims_.ready(now);
}
void Referee::on(const RecordsReady&, Instant now) {
    records_.ready(now);
}
void Referee::on(const ClaimsAway&, Instant now) {
    claims_.lose(now);
}
void Referee::on(const RecordsAway&, Instant now) {
    records_.lose(now);
}

void Referee::on(const StopRequested& event, Instant now) {
    stop(event.reason);
    if (event.reason == SendStop::hung_up || event.reason == SendStop::interrupted ||
        event.reason == SendStop::terminated)
        signalled_at_ = signalled_at_.value_or(now);
}

void Referee::on(const Tick&, Instant now) {
    if (quiet_ticks_++ == 0)
        quiet_since_ = now;
    const auto quiet = std::chrono::duration_cast<std::chrono::seconds>(now - quiet_since_);
    demand(
        quiet_ticks_ < 40 + static_cast<std::size_t>(quiet.count()) / 4,
        "it asks for {} ticks within {} s and does nothing", quiet_ticks_, quiet.count());
}

void Referee::stop(SendStop reason) {
    if (!stopped_)
        stopped_ = reason;
}

} // namespace blast::simulation
