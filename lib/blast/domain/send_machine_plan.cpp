// What follows from the state of a SendMachine for the database: settlements, claims, the end. The events stand in
// send_machine.cpp, the posts in send_machine_posts.cpp.
#include "blast/domain/send_machine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds flush_after{8};
constexpr std::size_t flush_size = 200;
constexpr std::size_t largest_claim = 500;
constexpr std::size_t largest_settle = 1'000;
constexpr milliseconds shortest_notice{250}; // for a hearing to be answered in time

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
    if (plan_hearing(now)) {
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

/// No claim is in doubt when it asks: all that is claimed and not begun is among the ids.
bool SendMachine::plan_hearing(Instant now) {
    const auto due = listen_at();
    if (!due || now < *due) {
        return false;
    }
    Listen listen{beginning_};
    for (const Device& device : devices_) {
        for (const Held& row : device.ready) {
            listen.ids.push_back(row.id);
        }
    }
    claims_.begin();
    work_ = ClaimLaneWork::listen;
    commands_.emplace_back(std::move(listen));
    return true;
}

bool SendMachine::plan_claim(Instant now) {
    const std::size_t room = claim_room(now);
    const std::size_t worth_a_claim = std::max<std::size_t>(1, limits_.concurrency / 4);
    if (room == 0 || (room < worth_a_claim && held() > 0)) {
        return false;
    }
    // One device whose slots are still to come does not keep the others from theirs.
    const std::size_t share = std::max<std::size_t>(1, most_ready(now) / devices_.size());
    for (std::size_t tried = 0; tried < devices_.size(); ++tried) {
        const DeviceIndex index = (next_device_ + tried) % devices_.size();
        Device& device = devices_[index];
        if (device.exhausted || device.capped || device.next_claim > now) {
            continue;
        }
        const std::size_t limit = std::min({room, share, largest_claim});
        claiming_ = {{index, limit, device.cursor, mint(random_)}, now};
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

std::size_t SendMachine::sent_within(Instant::duration span, Instant now) const {
    const double seconds = std::chrono::duration<double>(span).count();
    return static_cast<std::size_t>(std::ceil(throughput_.per_second(now) * seconds));
}

/// Claimed and not begun.
std::size_t SendMachine::most_ready(Instant now) const {
    return std::max<std::size_t>(1, limits_.concurrency / 2) + sent_within(limits_.round_trip, now);
}

std::size_t SendMachine::claim_room(Instant now) const {
    const auto left = [](std::size_t most, std::size_t taken) {
        return most > taken ? most - taken : 0;
    };
    if (probing_ || gateway_away_since_) {
        return left(1, held());
    }
    const std::size_t recording = sent_within(2 * limits_.round_trip, now);
    const std::size_t most_held = limits_.concurrency + most_ready(now) + recording;
    return std::min(left(most_ready(now), ready_), left(most_held, held()));
}

/// When the database is to be asked who of those that are held and not begun is still wanted: so early that the answer
/// comes in time. Nothing when none is held.
std::optional<Instant> SendMachine::listen_at() const {
    std::optional<Instant> oldest;
    const auto look_at = [&](Instant claimed_at) {
        oldest = std::min(oldest.value_or(claimed_at), claimed_at);
    };
    for (const Device& device : devices_) {
        if (!device.ready.empty()) {
            look_at(device.ready.front().claimed_at);
        }
    }
    for (const std::int64_t id : beginning_) {
        look_at(in_flight_.at(id).claimed_at);
    }
    if (!oldest) {
        return std::nullopt;
    }
    const auto notice = std::max<Instant::duration>(shortest_notice, limits_.round_trip);
    return heard_at(*oldest) + hearing_lasts() - notice;
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
    if (const auto listen = listen_at()) {
        at(*listen);
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
