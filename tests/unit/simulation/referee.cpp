#include "unit/simulation/referee.hpp"

#include <algorithm>

namespace blast::simulation {

using std::chrono::milliseconds;

namespace {

template <typename... Values>
void demand(bool held, fmt::format_string<Values...> rule, Values&&... values) {
    if (!held)
        throw Violation(fmt::format(rule, std::forward<Values>(values)...));
}

bool contains(const std::vector<AttemptId>& attempts, const AttemptId& attempt) {
    return std::find(attempts.begin(), attempts.end(), attempt) != attempts.end();
}

void erase(std::vector<AttemptId>& attempts, const AttemptId& attempt) {
    attempts.erase(std::remove(attempts.begin(), attempts.end(), attempt), attempts.end());
}

} // namespace

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
                return other.id == row.id && other.stage == Stage::posted;
            });
        row.excused = row.excused || away || stopped_ || claims_gone_ || in_flight_before;
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
        return h.id == id && (h.stage == Stage::posted || (h.given_up && h.stage == Stage::ended));
    });
    return found == holdings_.end() ? nullptr : &*found;
}

bool Referee::out_of_patience(Instant now) const {
    return signalled_at_ && now >= *signalled_at_ + limits_.stop_grace;
}

std::size_t Referee::in_flight() const {
    return static_cast<std::size_t>(
        std::count_if(holdings_.begin(), holdings_.end(), [](const Holding& h) {
            return h.stage == Stage::posted;
        }));
}

Referee::Holding& Referee::holding(std::int64_t id, const AttemptId& attempt) {
    const auto found = std::find_if(holdings_.begin(), holdings_.end(), [&](const Holding& h) {
        return h.id == id && h.attempt == attempt;
    });
    demand(found != holdings_.end(), "{} is not in its hands", id);
    return *found;
}

// ---- what it is told ----

void Referee::on(const ClaimAnswered& event, Instant) {
    claims_.answered();
    Device& device = devices_.at(claiming_.device);
    device.capped = event.capped;
    device.next_claim = std::max(event.blocked_until, event.next_slot - limits_.claim_ahead);
    for (const ClaimedRow& row : event.rows)
        holdings_.push_back(
            {row.id,
             claiming_.attempt,
             claiming_.device,
             event.asked_at + limits_.lease_margin,
             Stage::ready,
             SendVerdict::not_begun,
             {},
             false});
    most_held_ = std::max(most_held_, held());
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
        holdings_.push_back(
            {id, claim.attempt, claim.device, asked_at + limits_.lease_margin, Stage::ready,
             SendVerdict::not_begun});
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
    case SendVerdict::no_entry: stop(SendStop::no_entry); return;
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
    if (event.reason == SendStop::interrupted || event.reason == SendStop::terminated)
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

// ---- what it asks for ----

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
    const auto in_50_ms = static_cast<std::size_t>(throughput_ * 0.05);
    const std::size_t allowed = one_by_one ? 1 : 2 * limits_.concurrency + in_50_ms;
    demand(
        held() + command.limit <= allowed, "it claims {} more with {} unsettled, {} are allowed",
        command.limit, held(), allowed);
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

void Referee::check(const Post& command, Instant now) {
    demand(!stopped_, "it posts after a stop");
    demand(!records_.away(), "it posts what could not be recorded");
    demand(awaited(command.id) == nullptr, "{} is posted while it is in flight", command.id);
    Holding& row = holding(command.id, command.attempt);
    demand(row.stage == Stage::ready, "{} is posted a second time", command.id);
    demand(now <= command.not_after, "{} is posted past its time", command.id);
    demand(command.not_after <= row.not_after, "{} may be posted too late", command.id);
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
                            [](const Holding& h) { return h.trial && h.stage == Stage::posted; }),
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
