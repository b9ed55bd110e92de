#include "blast/domain/send_machine.hpp"

#include <algorithm>
#include <utility>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds shortest_queue_wait{200};
constexpr milliseconds longest_queue_wait{5'000};
constexpr milliseconds first_gateway_gap{500};
constexpr milliseconds longest_gateway_gap{8'000};

} // namespace

SendMachine::SendMachine(const SendLimits& limits, Random& random, Instant now)
    : limits_(limits),
      random_(random),
      gateway_backoff_(first_gateway_gap, longest_gateway_gap),
      devices_(limits.devices),
      claims_(now),
      records_(now),
      probing_(limits.probing) {}

std::vector<SendCommand> SendMachine::next(const SendEvent& event, Instant now) {
    if (finished_)
        return {};
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
    end_claim_work();
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
    end_claim_work();
    devices_[claiming_.claim.device].next_claim = now + shortest_queue_wait;
}

void SendMachine::on(const AttemptReadBack& event, Instant now) {
    const Doubt doubt = doubts_.front();
    doubts_.pop_front();
    end_claim_work();
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
    records_.end();
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
    records_.lose(now);
    pending_.insert(pending_.begin(), settling_.settlements.begin(), settling_.settlements.end());
    given_up_.insert(given_up_.end(), settling_.releases.begin(), settling_.releases.end());
    settling_ = {};
}

void SendMachine::on(const QueueChecked& event, Instant now) {
    end_claim_work();
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

void SendMachine::on(const ClaimsReady&, Instant now) {
    claims_.ready(now);
}

void SendMachine::on(const RecordsReady&, Instant now) {
    records_.ready(now);
}

void SendMachine::on(const ClaimsAway&, Instant now) {
    lose_claim_lane(now);
}

void SendMachine::on(const RecordsAway&, Instant now) {
    records_.lose(now);
}

void SendMachine::on(const StopRequested& event, Instant now) {
    stop(event.reason, now);
}

void SendMachine::on(const Tick&, Instant) {}

// ---- what follows ----

void SendMachine::end_claim_work() {
    claims_.end();
    work_ = ClaimLaneWork::none;
}

void SendMachine::lose_claim_lane(Instant now) {
    claims_.lose(now);
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

} // namespace blast
