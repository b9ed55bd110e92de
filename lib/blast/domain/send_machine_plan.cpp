// What follows from the state of a SendMachine for the database: settlements, claims, the end. The events stand in
// send_machine.cpp, the posts in send_machine_posts.cpp.
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

AttemptId mint(Random& random) {
    AttemptId id;
    const std::string uuid = random.uuid();
    std::copy(uuid.begin(), uuid.end(), id.text.begin());
    return id;
}

} // namespace

void SendMachine::watch_budgets(Instant now) {
    if (claims_.past(limits_.database_budget, now)) {
        stop(SendStop::database_away);
        give_up_doubts();
    }
    if (!out_of_patience(now)) {
        return;
    }
    if (claims_.away()) {
        give_up_doubts();
    }
    give_up_posts();
}

void SendMachine::give_up_doubts() {
    for (const Doubt& doubt : doubts_) {
        given_up_.push_back(doubt.claim.attempt);
    }
    doubts_.clear();
}

bool SendMachine::settlements_due(Instant now) const {
    if (pending_.empty()) {
        return false;
    }
    const bool starved = in_flight_.empty() || ready_ == 0;
    return starved || stopping_ || pending_.size() >= flush_size ||
           now - pending_since_ >= flush_after;
}

void SendMachine::plan_settlements(Instant now) {
    if (!records_.idle()) {
        return;
    }
    const bool last =
        stopping_ && in_flight_.empty() && doubts_.empty() && work_ == ClaimLaneWork::none;
    const bool release = !given_up_.empty() && (last || queue_ != Queue::unknown);
    if (!settlements_due(now) && !release) {
        return;
    }
    const auto count = static_cast<std::ptrdiff_t>(std::min(pending_.size(), largest_settle));
    settling_.settlements.assign(pending_.begin(), pending_.begin() + count);
    pending_.erase(pending_.begin(), pending_.begin() + count);
    settling_.circuit_closed = std::exchange(probe_accepted_, false);
    if (release) {
        settling_.releases = std::exchange(given_up_, {});
    }
    records_.begin();
    commands_.emplace_back(settling_);
}

void SendMachine::plan_claim_lane(Instant now) {
    if (!claims_.idle()) {
        return;
    }
    if (!doubts_.empty()) {
        claims_.begin();
        work_ = ClaimLaneWork::read_back;
        commands_.emplace_back(ReadBackAttempt{doubts_.front().claim.attempt});
        return;
    }
    if (stopping_ || records_.away() || now < gateway_retry_at_ || plan_claim(now)) {
        return;
    }
    if (queue_check_due()) {
        claims_.begin();
        work_ = ClaimLaneWork::check;
        checking_empty_handed_ = held() == 0;
        commands_.emplace_back(CheckQueue{});
    }
}

bool SendMachine::plan_claim(Instant now) {
    const std::size_t room = claim_room(now);
    if (room == 0 || (room < claim_threshold(now) && held() > 0)) {
        return false;
    }
    for (std::size_t tried = 0; tried < devices_.size(); ++tried) {
        const DeviceIndex index = (next_device_ + tried) % devices_.size();
        Device& device = devices_[index];
        if (device.exhausted || device.capped || device.next_claim > now) {
            continue;
        }
        claiming_ = {{index, std::min(room, largest_claim), device.cursor, mint(random_)}, now};
        claims_.begin();
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
    const bool drained = idle && queue_ == Queue::empty;
    const bool gave_up = in_flight_.empty() && (records_.past(limits_.database_budget, now) ||
                                                (records_.away() && out_of_patience(now)));
    if (!gave_up && !(idle && (stopping_ || drained))) {
        return;
    }
    Finish finish{stopping_.value_or(SendStop::done), {}};
    if (gave_up) {
        release_all_ready();
        finish.reason = SendStop::database_away;
        finish.unsettled = {std::move(pending_), std::move(given_up_)};
        for (const Doubt& doubt : doubts_) {
            finish.unsettled.releases.push_back(doubt.claim.attempt);
        }
        if (work_ == ClaimLaneWork::claim) {
            finish.unsettled.releases.push_back(claiming_.claim.attempt);
        }
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
    if (probing_ || gateway_away_since_) {
        allowance = 1;
    } else {
        allowance += static_cast<std::size_t>(throughput_.per_second(now) * allowance_seconds);
    }
    const std::size_t taken = held();
    return taken >= allowance ? 0 : allowance - taken;
}

std::size_t SendMachine::claim_threshold(Instant now) const {
    const auto group = static_cast<std::size_t>(throughput_.per_second(now) * claim_group_seconds);
    return std::max({std::size_t{1}, limits_.concurrency / 4, group});
}

/// Once no device can claim anything. Where a cap is the reason, only after all that is in hand is settled, since what
/// comes back to the queue leaves room under the cap; and before the end once more.
bool SendMachine::queue_check_due() const {
    const auto cannot_claim = [](const Device& d) { return d.exhausted || d.capped; };
    if (!std::all_of(devices_.begin(), devices_.end(), cannot_claim)) {
        return false;
    }
    const bool capped =
        std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.capped; });
    if (queue_ == Queue::unknown) {
        return !capped || held() == 0;
    }
    return queue_ == Queue::empty_meanwhile && held() == 0;
}

Instant SendMachine::wake_at(Instant now) const {
    Instant wake = now + std::chrono::seconds(10);
    // What was due already waits for an event, not for time.
    const auto at = [&](Instant when) {
        if (when > told_at_) {
            wake = std::min(wake, when);
        }
    };
    for (const Device& device : devices_) {
        if (!device.ready.empty()) {
            at(device.next_post());
        }
        at(device.next_claim);
    }
    at(pending_since_ + flush_after);
    at(gateway_retry_at_);
    at(records_.deadline(limits_.database_budget));
    at(claims_.deadline(limits_.database_budget));
    if (patience_ends_) {
        at(*patience_ends_);
    }
    return wake;
}

} // namespace blast
