// What a referee demands of the commands that its machine gives.
#include "unit/simulation/referee.hpp"

#include <algorithm>

namespace blast::simulation {

namespace {

bool contains(const std::vector<AttemptId>& attempts, const AttemptId& attempt) {
    return std::find(attempts.begin(), attempts.end(), attempt) != attempts.end();
}

void erase(std::vector<AttemptId>& attempts, const AttemptId& attempt) {
    attempts.erase(std::remove(attempts.begin(), attempts.end(), attempt), attempts.end());
}

} // namespace

void Referee::check(const Claim& command, Instant now) {
    demand(!stopped_, "it claims after a stop");
    demand(claims_.idle(), "it claims on a connection that is not free");
    demand(!records_.away(), "it claims what could not be recorded");
    demand(lost_claims_.empty(), "it claims before it has read back a lost claim");
    const Device& device = devices_.at(command.device);
    demand(now >= device.silent_until, "it claims for a device that is to slow down");
    demand(now >= device.next_claim, "it claims before the device's next slot");
    demand(now >= silent_until_, "it claims while the gateway is unreachable");
    demand(command.limit > 0, "it claims nothing");
    const bool one_by_one = (limits_.probing && !accepted_one_) || away_since_;
    const std::size_t allowed = one_by_one ? 1 : most_unsettled(limits_, throughput_);
    demand(
        held() + command.limit <= allowed, "it claims {} more with {} unsettled, {} are allowed",
        command.limit, held(), allowed);
    const std::size_t allowed_ready = most_ready(limits_, throughput_);
    demand(
        waiting(now) + command.limit <= allowed_ready,
        "it claims {} more with {} not begun, {} are allowed", command.limit, waiting(now),
        allowed_ready);
    claims_.begin();
    claiming_ = command;
    claim_asked_ = now;
}

void Referee::check(const ReadBackAttempt& command, Instant) {
    demand(claims_.idle(), "it reads back on a connection that is not free");
    demand(
        !lost_claims_.empty() && lost_claims_.front().first.attempt == command.attempt,
        "it reads back what was not lost");
    claims_.begin();
}

void Referee::check(const CheckQueue&, Instant) {
    demand(claims_.idle(), "it asks on a connection that is not free");
    claims_.begin();
    checked_empty_handed_ = holdings_.empty();
}

void Referee::check(const Listen& command, Instant now) {
    demand(claims_.idle(), "it listens on a connection that is not free");
    demand(
        lost_claims_.empty() || stopped_ || claims_gone_,
        "it listens before it has read back a lost claim");
    for (const Holding& row : holdings_) {
        const bool asks =
            std::find(command.ids.begin(), command.ids.end(), row.id) != command.ids.end();
        const bool may_be_begun = row.waits(now) || row.stage == Stage::posted;
        demand(asks || !may_be_begun, "it does not ask about {}", row.id);
    }
    claims_.begin();
}

void Referee::check_heard(const Holding& row, Instant now) const {
    demand(!row.unwanted, "{} is not wanted any more", row.id);
    demand(
        now <= row.heard_at + hearing_lasts(limits_), "{} was last heard of {} ms ago", row.id,
        std::chrono::duration_cast<std::chrono::milliseconds>(now - row.heard_at).count());
}

void Referee::begins(const Post& post, Instant now) {
    Holding& row = holding(post.id, post.attempt);
    demand(row.stage == Stage::posted, "{} is begun and was not to be", post.id);
    demand(now <= row.not_after, "{} is begun past its time", post.id);
    check_heard(row, now);
    row.stage = Stage::begun;
}

void Referee::check(const Post& command, Instant now) {
    demand(!stopped_, "it posts after a stop");
    demand(!records_.away(), "it posts what could not be recorded");
    demand(awaited(command.id) == nullptr, "{} is posted while it is in flight", command.id);
    Holding& row = holding(command.id, command.attempt);
    demand(row.stage == Stage::ready, "{} is posted a second time", command.id);
    demand(now <= row.not_after, "{} is posted past its time", command.id);
    check_heard(row, now);
    demand(
        now >= devices_.at(command.device).silent_until,
        "{} is posted on a device that is to slow down", command.id);
    demand(now >= silent_until_, "{} is posted while the gateway is unreachable", command.id);
    const bool one_by_one = (limits_.probing && !accepted_one_) || away_since_;
    demand(
        in_flight() < (one_by_one ? 1 : limits_.concurrency), "{} is one too many in flight",
        command.id);
    demand(
        !unanswered_ || std::none_of(
                            holdings_.begin(), holdings_.end(),
                            [](const Holding& h) { return h.trial && h.in_flight(); }),
        "{} is posted beside a trial, and the gateway is silent", command.id);
    check_pace(devices_.at(command.device), now);
    row.stage = Stage::posted;
    row.trial = unanswered_;
    row.posted_at = now;
}

/// Without jitter, no second, minute or hour holds more than the rate and one.
void Referee::check_pace(Device& device, Instant now) const {
    const double a_second = limits_.steady_rate.value_or(0);
    if (a_second == 0)
        return;
    const int seconds = a_second >= 1 ? 1 : a_second * 60 >= 1 ? 60 : 3'600;
    device.posts.push_back(now);
    while (device.posts.front() <= now - std::chrono::seconds(seconds))
        device.posts.pop_front();
    demand(
        static_cast<double>(device.posts.size()) <= a_second * seconds + 1.000'001,
        "{} posts within {} s are more than the rate and one", device.posts.size(), seconds);
}

void Referee::take(const Settlement& settlement, Instant now) {
    Holding& row = holding(settlement.id, settlement.attempt);
    switch (row.stage) {
    case Stage::ready:
        demand(
            settlement.verdict == SendVerdict::not_begun, "{} was not posted and becomes {}",
            settlement.id, describe(settlement.verdict));
        demand(
            row.excused || now > row.not_after, "{} is handed back for no reason", settlement.id);
        break;
    case Stage::posted:
    case Stage::begun:
        demand(
            settlement.verdict == SendVerdict::unconfirmed && out_of_patience(now),
            "{} is in flight and becomes {}", settlement.id, describe(settlement.verdict));
        row.given_up = true;
        break;
    case Stage::ended:
        demand(
            settlement.verdict == row.verdict, "{} was {} and becomes {}", settlement.id,
            describe(row.verdict), describe(settlement.verdict));
        break;
    case Stage::settling: demand(false, "{} is settled twice", settlement.id);
    }
    row.stage = Stage::settling;
    row.verdict = settlement.verdict;
}

void Referee::take_releases(const std::vector<AttemptId>& releases) {
    for (const AttemptId& attempt : releases) {
        const auto lost =
            std::find_if(lost_claims_.begin(), lost_claims_.end(), [&](const auto& claim) {
                return claim.first.attempt == attempt;
            });
        const bool under_way = claims_.state == Lane::State::busy && claiming_.attempt == attempt;
        demand(
            contains(empty_claims_, attempt) || lost != lost_claims_.end() || under_way,
            "{} is released and was not lost", describe(attempt));
        erase(empty_claims_, attempt);
        if (lost != lost_claims_.end())
            lost_claims_.erase(lost);
        releasing_.push_back(attempt);
    }
}

void Referee::check(const Settle& command, Instant now) {
    demand(records_.idle(), "it settles on a connection that is not free");
    demand(!command.settlements.empty() || !command.releases.empty(), "it settles nothing");
    records_.begin();
    for (const Settlement& settlement : command.settlements)
        take(settlement, now);
    take_releases(command.releases);
    take_circuit(command);
}

/// The settlement of the first that was accepted closes the circuit, and no other does.
void Referee::take_circuit(const Settle& command) {
    const bool accepted = std::any_of(
        command.settlements.begin(), command.settlements.end(),
        [](const Settlement& s) { return s.verdict == SendVerdict::accepted; });
    const bool closes = circuit_ == Circuit::open && accepted_one_ && accepted;
    demand(command.circuit_closed == closes, "it says the wrong thing of the circuit");
    if (closes)
        circuit_ = Circuit::closing;
}

void Referee::check(const Finish& command, Instant now) {
    for (Holding& row : holdings_)
        row.excused = true;
    for (const Settlement& settlement : command.unsettled.settlements)
        take(settlement, now);
    take_releases(command.unsettled.releases);
    const bool unsettled =
        !command.unsettled.settlements.empty() || !command.unsettled.releases.empty();
    if (unsettled) {
        demand(command.reason == SendStop::database_away, "it gives up and says nothing of it");
        demand(records_.away(), "it gives up on a database that is there");
        demand(out_of_patience(now) || gone(records_, now), "it gives up on the database too soon");
    } else
        demand(claims_.state != Lane::State::busy, "it finishes with a question open");
    for (const Holding& row : holdings_)
        demand(row.stage == Stage::settling, "{} is forgotten", row.id);
    demand(empty_claims_.empty() && lost_claims_.empty(), "a lost claim is forgotten");
    demand(
        unsettled || (holdings_.empty() && releasing_.empty()),
        "it finishes before its settlements are committed");
    if (!unsettled)
        check_reason(command.reason, now);
    finished_ = true;
}

void Referee::check_reason(SendStop reason, Instant now) const {
    switch (reason) {
    case SendStop::done:
        demand(queued_ == 0, "it is done with {} in the queue", queued_.value_or(-1));
        demand(checked_empty_handed_, "it is done on an old answer");
        return;
    case SendStop::daily_cap:
        demand(
            std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.capped; }),
            "no device has reached its cap");
        return;
    case SendStop::database_away:
        demand(
            claims_gone_ || gone(records_, now) || stopped_ == reason,
            "the database was not away for long enough");
        return;
    case SendStop::gateway_away:
        demand(gateway_gone_, "the gateway was not away for long enough");
        return;
    default:
        demand(
            stopped_ == reason, "it ends as {}, it was {}", describe(reason),
            stopped_ ? describe(*stopped_) : "not stopped");
    }
}

} // namespace blast::simulation
