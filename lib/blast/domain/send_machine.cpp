#include "blast/domain/send_machine.hpp"

#include <algorithm>
#include <utility>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds flush_after{8};
constexpr std::size_t flush_size = 200;
constexpr std::size_t largest_claim = 500;
constexpr std::size_t largest_settle = 1'000;
constexpr double allowance_seconds = 0.05;
constexpr double claim_group_seconds = 0.01;
constexpr milliseconds shortest_queue_wait{200};
constexpr milliseconds longest_queue_wait{5'000};
constexpr milliseconds first_gateway_gap{500};
constexpr milliseconds longest_gateway_gap{8'000};

AttemptId mint(Random& random) {
    AttemptId id;
    const std::string uuid = random.uuid();
    std::copy(uuid.begin(), uuid.end(), id.text.begin());
    return id;
}

} // namespace

SendMachine::SendMachine(const SendLimits& limits, Random& random)
    : limits_(limits),
      random_(random),
      gateway_backoff_(first_gateway_gap, longest_gateway_gap),
      devices_(limits.devices),
      probing_(limits.probing) {}

std::vector<SendCommand> SendMachine::next(const SendEvent& event, Instant now) {
    if (finished_)
        return {};
    if (!started_) {
        started_ = true;
        records_away_since_ = now;
        claims_away_since_ = now;
    }
    std::visit([&](const auto& e) { on(e, now); }, event);
    watch_budgets(now);
    plan_posts(now);
    plan_settlements(now);
    plan_claim_lane(now);
    plan_finish(now);
    return std::move(commands_);
}

// ---- events ----

void SendMachine::on(const ClaimAnswered& event, Instant now) {
    const Claim claim = claiming_.claim;
    claims_ = Lane::idle;
    work_ = ClaimLaneWork::none;
    Device& device = devices_[claim.device];
    device.slow = event.slow;
    device.capped = event.capped;
    device.next_claim = std::max(event.blocked_until, event.next_slot - limits_.claim_ahead);
    for (const ClaimedRow& row : event.rows)
        hold(claim.device, claim.attempt, row, event.asked_at);
    if (event.rows.empty())
        note_empty_claim(device, event, now);
    else
        device.cursor = event.rows.back().id;
    if (stopping_ || gateway_retry_at_ > now || event.blocked_until > now)
        release_ready(device, claim.device);
}

void SendMachine::note_empty_claim(Device& device, const ClaimAnswered& answer, Instant now) {
    if (answer.slots <= 0 || answer.blocked_until > now)
        return; // no slot yet, blocked or capped: says nothing of the queue
    if (device.cursor != 0)
        device.cursor =
            0; // from the start again: for what came back to the queue behind the cursor
    else
        device.exhausted = true;
}

void SendMachine::on(const ClaimLost&, Instant now) {
    doubts_.push_back(claiming_);
    lose_claim_lane(now);
}

void SendMachine::on(const ClaimRejected&, Instant now) {
    work_ = ClaimLaneWork::none;
    claims_ = Lane::idle;
    devices_[claiming_.claim.device].next_claim = now + shortest_queue_wait;
}

void SendMachine::on(const AttemptReadBack& event, Instant now) {
    const Doubt doubt = doubts_.front();
    doubts_.pop_front();
    work_ = ClaimLaneWork::none;
    claims_ = Lane::idle;
    if (event.ids.empty())
        given_up_.push_back(doubt.claim.attempt); // the old backend may yet commit it
    for (const std::int64_t id : event.ids)
        hold(doubt.claim.device, doubt.claim.attempt, {id, now}, doubt.asked_at);
    if (stopping_)
        release_ready(devices_[doubt.claim.device], doubt.claim.device);
}

void SendMachine::on(const QueryLost&, Instant now) {
    lose_claim_lane(now);
}

void SendMachine::on(const PostEnded& event, Instant now) {
    const auto found = in_flight_.find(event.id);
    if (found == in_flight_.end())
        return; // settled as unconfirmed when a stop ran out of patience
    const InFlight post = found->second;
    in_flight_.erase(found);
    if (pending_.empty())
        pending_since_ = now;
    pending_.push_back({event.id, post.attempt, post.device, event.verdict, event.retry_after});
    throughput_.record(now);
    note_gateway(event.verdict, now);
    if (event.verdict == SendVerdict::throttled) {
        Device& device = devices_[post.device];
        device.next_claim =
            std::max(device.next_claim, now + event.retry_after.value_or(std::chrono::seconds(1)));
        device.slow = true;
        release_ready(device, post.device);
    }
}

void SendMachine::note_gateway(SendVerdict verdict, Instant now) {
    switch (verdict) {
    case SendVerdict::unreachable:
        if (!gateway_away_since_)
            gateway_away_since_ = now;
        if (gateway_retry_at_ <= now)
            gateway_retry_at_ = now + gateway_backoff_.next(random_);
        release_all_ready();
        return;
    case SendVerdict::no_entry: stop(SendStop::no_entry, now); return;
    case SendVerdict::not_begun: return;
    default: break;
    }
    gateway_away_since_.reset();
    gateway_backoff_.reset();
    if (verdict == SendVerdict::throttled)
        return;
    const bool accepted = verdict == SendVerdict::accepted;
    circuit_.record(!accepted);
    if (accepted)
        probing_ = false;
    if (circuit_.open())
        stop(SendStop::circuit_open, now);
}

void SendMachine::on(const Settled&, Instant now) {
    records_ = Lane::idle;
    bool requeued = false;
    for (const Settlement& settlement : settling_.settlements)
        requeued = requeued || settlement.verdict >= SendVerdict::unreachable;
    if (requeued || !settling_.releases.empty()) {
        queue_.reset();
        for (Device& device : devices_) {
            device.exhausted = false;
            device.cursor = 0;
        }
    }
    settling_ = {};
    pending_since_ = now;
}

void SendMachine::on(const SettleLost&, Instant now) {
    records_ = Lane::away;
    records_away_since_ = now;
    pending_.insert(pending_.begin(), settling_.settlements.begin(), settling_.settlements.end());
    given_up_.insert(given_up_.end(), settling_.releases.begin(), settling_.releases.end());
    settling_ = {};
}

void SendMachine::on(const QueueChecked& event, Instant now) {
    work_ = ClaimLaneWork::none;
    claims_ = Lane::idle;
    queue_ = event;
    if (event.queued == 0)
        return;
    const bool capped =
        std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.capped; });
    if (capped && !event.next_due) {
        stop(SendStop::daily_cap, now);
        return;
    }
    const milliseconds wait = std::clamp(
        event.next_due.value_or(shortest_queue_wait), shortest_queue_wait, longest_queue_wait);
    queue_.reset();
    for (Device& device : devices_) {
        device.exhausted = false;
        device.cursor = 0;
        device.next_claim = std::max(device.next_claim, now + wait);
    }
}

void SendMachine::on(const ClaimsReady&, Instant) {
    if (claims_ == Lane::away)
        claims_ = Lane::idle;
}

void SendMachine::on(const RecordsReady&, Instant) {
    if (records_ == Lane::away)
        records_ = Lane::idle;
}

void SendMachine::on(const ClaimsAway&, Instant now) {
    lose_claim_lane(now);
}

void SendMachine::on(const RecordsAway&, Instant now) {
    if (records_ != Lane::away)
        records_away_since_ = now;
    records_ = Lane::away;
}

void SendMachine::on(const StopRequested& event, Instant now) {
    stop(event.reason, now);
}

void SendMachine::on(const Tick&, Instant) {}

// ---- what follows ----

void SendMachine::lose_claim_lane(Instant now) {
    if (claims_ != Lane::away)
        claims_away_since_ = now;
    claims_ = Lane::away;
    work_ = ClaimLaneWork::none;
}

void SendMachine::stop(SendStop reason, Instant now) {
    if (stopping_)
        return;
    stopping_ = reason;
    stop_deadline_ = now + limits_.stop_grace;
    release_all_ready();
}

void SendMachine::hold(
    DeviceIndex device, const AttemptId& attempt, const ClaimedRow& row, Instant asked_at) {
    devices_[device].ready.push_back({row.id, attempt, row.slot, asked_at + limits_.lease_margin});
    ++ready_;
}

void SendMachine::release_ready(Device& device, DeviceIndex index) {
    for (const Held& row : device.ready)
        pending_.push_back({row.id, row.attempt, index, SendVerdict::not_begun, std::nullopt});
    ready_ -= device.ready.size();
    device.ready.clear();
}

void SendMachine::release_all_ready() {
    for (DeviceIndex index = 0; index < devices_.size(); ++index)
        release_ready(devices_[index], index);
}

void SendMachine::watch_budgets(Instant now) {
    if (gateway_away_since_ && now - *gateway_away_since_ >= limits_.gateway_budget)
        stop(SendStop::gateway_away, now);
    if (claims_ == Lane::away && now - claims_away_since_ >= limits_.database_budget) {
        stop(SendStop::database_away, now);
        for (const Doubt& doubt : doubts_)
            given_up_.push_back(doubt.claim.attempt);
        doubts_.clear();
    }
    if (stopping_ && now >= stop_deadline_) {
        for (const auto& [id, post] : in_flight_)
            pending_.push_back(
                {id, post.attempt, post.device, SendVerdict::unconfirmed, std::nullopt});
        in_flight_.clear();
    }
}

void SendMachine::plan_posts(Instant now) {
    if (records_ == Lane::away || stopping_)
        return; // what is claimed waits for the database: its outcome could not be recorded
    for (std::size_t tried = 0; tried < devices_.size() && ready_ > 0; ++tried) {
        post_ready(post_turn_, now);
        post_turn_ = (post_turn_ + 1) % devices_.size();
    }
}

void SendMachine::post_ready(DeviceIndex index, Instant now) {
    Device& device = devices_[index];
    while (!device.ready.empty() && device.ready.front().slot <= now &&
           in_flight_.size() < post_limit()) {
        const Held row = device.ready.front();
        device.ready.pop_front();
        --ready_;
        if (now > row.not_after) {
            pending_.push_back({row.id, row.attempt, index, SendVerdict::not_begun, std::nullopt});
            continue;
        }
        in_flight_.emplace(row.id, InFlight{row.attempt, index});
        commands_.emplace_back(Post{row.id, index, row.not_after});
    }
}

bool SendMachine::settlements_due(Instant now) const {
    if (pending_.empty())
        return false;
    const bool starved = in_flight_.empty() || ready_ == 0;
    return starved || stopping_ || pending_.size() >= flush_size ||
           now - pending_since_ >= flush_after;
}

void SendMachine::plan_settlements(Instant now) {
    if (records_ != Lane::idle)
        return;
    const bool last =
        stopping_ && in_flight_.empty() && doubts_.empty() && work_ == ClaimLaneWork::none;
    const bool release = !given_up_.empty() && (last || (queue_ && queue_->queued == 0));
    if (!settlements_due(now) && !release)
        return;
    const auto count = static_cast<std::ptrdiff_t>(std::min(pending_.size(), largest_settle));
    settling_.settlements.assign(pending_.begin(), pending_.begin() + count);
    pending_.erase(pending_.begin(), pending_.begin() + count);
    if (release)
        settling_.releases = std::exchange(given_up_, {});
    records_ = Lane::busy;
    commands_.emplace_back(settling_);
}

void SendMachine::plan_claim_lane(Instant now) {
    if (claims_ != Lane::idle)
        return;
    if (!doubts_.empty()) {
        claims_ = Lane::busy;
        work_ = ClaimLaneWork::read_back;
        commands_.emplace_back(ReadBackAttempt{doubts_.front().claim.attempt});
        return;
    }
    if (stopping_ || records_ == Lane::away || now < gateway_retry_at_ || plan_claim(now))
        return;
    if (nothing_claimable() && !queue_) {
        claims_ = Lane::busy;
        work_ = ClaimLaneWork::check;
        commands_.emplace_back(CheckQueue{});
    }
}

bool SendMachine::plan_claim(Instant now) {
    const std::size_t room = claim_room(now);
    if (room == 0 || (room < claim_threshold(now) && held() > 0))
        return false;
    for (std::size_t tried = 0; tried < devices_.size(); ++tried) {
        const DeviceIndex index = (next_device_ + tried) % devices_.size();
        Device& device = devices_[index];
        if (device.exhausted || device.capped || device.next_claim > now)
            continue;
        claiming_ = {{index, std::min(room, largest_claim), device.cursor, mint(random_)}, now};
        claims_ = Lane::busy;
        work_ = ClaimLaneWork::claim;
        commands_.emplace_back(claiming_.claim);
        next_device_ = (index + 1) % devices_.size();
        return true;
    }
    return false;
}

void SendMachine::plan_finish(Instant now) {
    const bool idle = in_flight_.empty() && ready_ == 0 && pending_.empty() &&
                      settling_.settlements.empty() && settling_.releases.empty() &&
                      given_up_.empty() && doubts_.empty() && work_ == ClaimLaneWork::none;
    const bool drained = idle && queue_ && queue_->queued == 0;
    const bool out_of_patience = now - records_away_since_ >= limits_.database_budget ||
                                 (stopping_ && now >= stop_deadline_);
    const bool gave_up = records_ == Lane::away && in_flight_.empty() && out_of_patience;
    if (!gave_up && !(idle && (stopping_ || drained)))
        return;
    Finish finish{stopping_.value_or(SendStop::done), {}};
    if (gave_up) {
        release_all_ready();
        finish.reason = SendStop::database_away;
        finish.unsettled = {std::move(pending_), std::move(given_up_)};
        for (const Doubt& doubt : doubts_)
            finish.unsettled.releases.push_back(doubt.claim.attempt);
        if (work_ == ClaimLaneWork::claim)
            finish.unsettled.releases.push_back(claiming_.claim.attempt);
    }
    finished_ = true;
    commands_.emplace_back(std::move(finish));
}

// ---- limits ----

std::size_t SendMachine::held() const {
    return ready_ + in_flight_.size() + pending_.size() + settling_.settlements.size();
}

std::size_t SendMachine::claim_room(Instant now) const {
    std::size_t allowance = 2 * limits_.concurrency;
    if (probing_ || gateway_away_since_)
        allowance = 1;
    else
        allowance += static_cast<std::size_t>(throughput_.per_second(now) * allowance_seconds);
    const std::size_t taken = held();
    return taken >= allowance ? 0 : allowance - taken;
}

std::size_t SendMachine::claim_threshold(Instant now) const {
    const auto group = static_cast<std::size_t>(throughput_.per_second(now) * claim_group_seconds);
    return std::max({std::size_t{1}, limits_.concurrency / 4, group});
}

std::size_t SendMachine::post_limit() const {
    if (probing_ || gateway_away_since_)
        return 1;
    const bool slow =
        std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.slow; });
    return slow ? std::max<std::size_t>(1, limits_.concurrency / 2) : limits_.concurrency;
}

bool SendMachine::nothing_claimable() const {
    return std::all_of(
        devices_.begin(), devices_.end(), [](const Device& d) { return d.exhausted || d.capped; });
}

Instant SendMachine::wake_at(Instant now) const {
    Instant wake = now + std::chrono::seconds(10);
    // What is due already waits for an event, not for time.
    const auto at = [&](Instant when) {
        if (when > now)
            wake = std::min(wake, when);
    };
    for (const Device& device : devices_) {
        if (!device.ready.empty())
            at(device.ready.front().slot);
        at(device.next_claim);
    }
    at(pending_since_ + flush_after);
    at(gateway_retry_at_);
    at(records_away_since_ + limits_.database_budget);
    at(claims_away_since_ + limits_.database_budget);
    if (gateway_away_since_)
        at(*gateway_away_since_ + limits_.gateway_budget);
    if (stopping_)
        at(stop_deadline_);
    return wake;
}

} // namespace blast
