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
      probing_(limits.probing),
      told_at_(now) {
    if (limits.steady_rate) {
        for (Device& device : devices_) {
            device.pace.emplace(*limits.steady_rate);
        }
    }
}

std::vector<SendCommand> SendMachine::next(const SendEvent& event, Instant now) {
    if (finished_) {
        return {};
    }
    told_at_ = now;
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
    const Doubt claim{claiming_.claim, event.asked_at};
    end_claim_work();
    Device& device = devices_[claim.claim.device];
    device.slow = event.slow;
    device.capped = event.capped;
    // The claim may have run before the device was told to slow down.
    device.blocked_until = std::max(device.blocked_until, event.blocked_until);
    device.next_claim =
        std::max(device.blocked_until, event.next_slot - claim_ahead(limits_.round_trip));
    if (event.rows.empty()) {
        note_empty_claim(device, event, now);
        return;
    }
    device.cursor = event.rows.back().id;
    cap_suspected_ = false;
    for (const ClaimedRow& row : event.rows) {
        hold(claim, row);
    }
    if (must_wait(device, now)) {
        release_ready(device, claim.claim.device);
    }
}

void SendMachine::note_empty_claim(Device& device, const ClaimAnswered& answer, Instant now) {
    if (answer.slots <= 0 || answer.blocked_until > now) {
        return; // no slot yet, blocked or capped: says nothing of the queue
    }
    if (device.cursor != 0) {
        device.cursor =
            0; // from the start again: for what came back to the queue behind the cursor
    } else {
        device.exhausted = true;
    }
}

void SendMachine::on(const ClaimLost&, Instant now) {
    doubts_.push_back(claiming_);
    lose_claim_lane(now);
}

void SendMachine::on(const ClaimRejected&, Instant now) {
    end_claim_work();
    Device& device = devices_[claiming_.claim.device];
    device.next_claim = std::max(device.next_claim, now + shortest_queue_wait);
}

void SendMachine::on(const AttemptReadBack& event, Instant now) {
    const Doubt doubt = doubts_.front();
    doubts_.pop_front();
    end_claim_work();
    if (event.ids.empty()) {
        given_up_.push_back(doubt.claim.attempt); // the old backend may yet commit it
    }
    // Their slots are not told; a claim reaches no further ahead than this.
    for (const std::int64_t id : event.ids) {
        hold(doubt, {id, now + claim_ahead(limits_.round_trip)});
    }
    Device& device = devices_[doubt.claim.device];
    if (must_wait(device, now)) {
        release_ready(device, doubt.claim.device);
    }
}

void SendMachine::on(const QueryLost&, Instant now) {
    lose_claim_lane(now);
}

void SendMachine::on(const Heard& event, Instant) {
    end_claim_work();
    heard_at_ = event.asked_at;
    if (!event.unwanted.empty()) {
        end_unwanted(event.unwanted);
    }
}

void SendMachine::on(const Settled&, Instant now) {
    records_.end();
    const bool requeued = std::any_of(
        settling_.settlements.begin(), settling_.settlements.end(),
        [](const Settlement& s) { return s.verdict >= SendVerdict::unreachable; });
    if (requeued || !settling_.releases.empty()) {
        look_again();
        for (Device& device : devices_) {
            device.capped = false; // what was not posted does not count for the cap
        }
    }
    settling_ = {};
    pending_since_ = now;
}

void SendMachine::on(const SettleLost&, Instant now) {
    records_.lose(now);
    pending_.insert(pending_.begin(), settling_.settlements.begin(), settling_.settlements.end());
    given_up_.insert(given_up_.end(), settling_.releases.begin(), settling_.releases.end());
    probe_accepted_ = probe_accepted_ || settling_.circuit_closed;
    settling_ = {};
}

void SendMachine::on(const QueueChecked& event, Instant now) {
    end_claim_work();
    if (event.queued == 0) {
        queue_ = checking_empty_handed_ ? Queue::empty : Queue::empty_meanwhile;
        return;
    }
    if (cap_ends_run(event)) {
        stop(SendStop::daily_cap);
        return;
    }
    const milliseconds wait = std::clamp(
        event.next_due.value_or(shortest_queue_wait), shortest_queue_wait, longest_queue_wait);
    const bool suspected = cap_suspected_;
    look_again();
    cap_suspected_ = suspected;
    for (Device& device : devices_) {
        device.next_claim = std::max(device.next_claim, now + wait);
    }
}

/// Whether only devices that have reached their cap have work. Where others have not, they look once more before that is
/// believed: another sender may just have handed something back.
bool SendMachine::cap_ends_run(const QueueChecked& queue) {
    const auto capped = [](const Device& device) { return device.capped; };
    if (std::all_of(devices_.begin(), devices_.end(), capped)) {
        return true;
    }
    const bool held_back = queue.next_due.value_or(milliseconds(0)) > milliseconds(0);
    if (held_back || std::none_of(devices_.begin(), devices_.end(), capped)) {
        return false;
    }
    return std::exchange(cap_suspected_, true);
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
    stop(event.reason);
    const bool by_signal =
        event.reason == SendStop::interrupted || event.reason == SendStop::terminated;
    if (by_signal && !patience_ends_) {
        patience_ends_ = now + limits_.stop_grace;
    }
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

/// For what came back to the queue, also behind the cursors.
void SendMachine::look_again() {
    queue_ = Queue::unknown;
    cap_suspected_ = false;
    for (Device& device : devices_) {
        device.exhausted = false;
        device.cursor = 0;
    }
}

void SendMachine::stop(SendStop reason) {
    if (stopping_) {
        return;
    }
    stopping_ = reason;
    release_all_ready();
}

bool SendMachine::must_wait(const Device& device, Instant now) const {
    return stopping_ || gateway_retry_at_ > now || device.blocked_until > now;
}

void SendMachine::hold(const Doubt& claim, const ClaimedRow& row) {
    devices_[claim.claim.device].ready.push_back(
        {row.id, claim.claim.attempt, row.slot, claim.asked_at});
    ++ready_;
}

/// Who is waiting is handed back; who is about to be begun is held back then.
void SendMachine::end_unwanted(const std::vector<std::int64_t>& ids) {
    const auto unwanted = [&ids](std::int64_t id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    for (DeviceIndex index = 0; index < devices_.size(); ++index) {
        std::deque<Held>& ready = devices_[index].ready;
        const auto wanted_end = std::stable_partition(
            ready.begin(), ready.end(), [&](const Held& row) { return !unwanted(row.id); });
        for (auto row = wanted_end; row != ready.end(); ++row) {
            pending_.push_back(
                {row->id, row->attempt, index, SendVerdict::not_begun, std::nullopt});
            --ready_;
        }
        ready.erase(wanted_end, ready.end());
    }
    for (const std::int64_t id : beginning_) {
        InFlight& post = in_flight_.at(id);
        post.unwanted = post.unwanted || unwanted(id);
    }
}

void SendMachine::release_ready(Device& device, DeviceIndex index) {
    for (const Held& row : device.ready) {
        pending_.push_back({row.id, row.attempt, index, SendVerdict::not_begun, std::nullopt});
    }
    ready_ -= device.ready.size();
    device.ready.clear();
}

void SendMachine::release_all_ready() {
    for (DeviceIndex index = 0; index < devices_.size(); ++index) {
        release_ready(devices_[index], index);
    }
}

} // namespace blast
