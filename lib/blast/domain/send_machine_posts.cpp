// What a SendMachine posts, and what it learns from how the posts end.
#include "blast/domain/send_machine.hpp"

#include <algorithm>

namespace blast {

void SendMachine::plan_posts(Instant now) {
    if (records_.away() || stopping_) {
        return; // what is claimed waits for the database: its outcome could not be recorded
    }
    // One of each device in turn, until none has any that may go.
    for (std::size_t idle = 0; idle < devices_.size() && ready_ > 0;) {
        idle = post_one(post_turn_, now) ? 0 : idle + 1;
        post_turn_ = (post_turn_ + 1) % devices_.size();
    }
}

bool SendMachine::post_one(DeviceIndex index, Instant now) {
    Device& device = devices_[index];
    if (device.ready.empty() || device.next_post() > now || in_flight_.size() >= post_limit() ||
        awaits_trial()) {
        return false;
    }
    const Held row = device.ready.front();
    const bool in_time = lease_is_safe(row.claimed_at, now);
    if (in_time && !is_heard_of(row.claimed_at, now)) {
        return false; // until the database says that it is still wanted
    }
    device.ready.pop_front();
    --ready_;
    // A recipient whom the user has had sent again may still be in flight under an earlier claim.
    const bool may_go = in_time && !in_flight_.contains(row.id);
    if (may_go) {
        if (silence_) {
            trial_ = row.id;
        }
        if (device.pace) {
            device.pace->posted(now);
        }
        in_flight_.emplace(row.id, InFlight{row.attempt, index, now, row.claimed_at});
        beginning_.push_back(row.id);
        commands_.emplace_back(Post{row.id, index, row.attempt});
    } else {
        pending_.push_back({row.id, row.attempt, index, SendVerdict::not_begun, std::nullopt});
    }
    return true;
}

bool SendMachine::may_begin(const Post& post, Instant now) {
    const auto found = in_flight_.find(post.id);
    if (found == in_flight_.end() || !(found->second.attempt == post.attempt)) {
        return false; // given up when a stop had waited long enough
    }
    const InFlight& begun = found->second;
    if (begun.unwanted || !lease_is_safe(begun.claimed_at, now) ||
        !is_heard_of(begun.claimed_at, now)) {
        return false;
    }
    forget_beginning(post.id);
    return true;
}

void SendMachine::forget_beginning(std::int64_t id) {
    beginning_.erase(std::remove(beginning_.begin(), beginning_.end(), id), beginning_.end());
}

bool SendMachine::lease_is_safe(Instant claimed_at, Instant now) const {
    return now <= claimed_at + limits_.lease_margin;
}

bool SendMachine::is_heard_of(Instant claimed_at, Instant now) const {
    return now <= heard_at(claimed_at) + hearing_lasts();
}

/// A database that is further away than half a second could never be heard in time.
Instant::duration SendMachine::hearing_lasts() const {
    return std::max<Instant::duration>(limits_.heard_for, 2 * limits_.round_trip);
}

std::size_t SendMachine::post_limit() const {
    if (probing_ || gateway_away_since_) {
        return 1;
    }
    const bool slow =
        std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.slow; });
    return slow ? std::max<std::size_t>(1, limits_.concurrency / 2) : limits_.concurrency;
}

void SendMachine::on(const PostEnded& event, Instant now) {
    const auto found = in_flight_.find(event.id);
    if (found == in_flight_.end()) {
        note_late_outcome(event);
        return;
    }
    const InFlight post = found->second;
    in_flight_.erase(found);
    forget_beginning(event.id);
    if (pending_.empty()) {
        pending_since_ = now;
    }
    pending_.push_back({event.id, post.attempt, post.device, event.verdict, event.retry_after});
    throughput_.record(now);
    note_silence(event);
    if (event.verdict == SendVerdict::unreachable) {
        note_unreachable(post, now);
    } else {
        note_outcome(event.verdict);
    }
    if (event.verdict == SendVerdict::throttled) {
        slow_down(post.device, event, now);
    }
}

/// Of a post that was given up on a stop: it counts while it is not settled.
void SendMachine::note_late_outcome(const PostEnded& event) {
    const auto given_up =
        std::find_if(pending_.rbegin(), pending_.rend(), [&](const Settlement& s) {
            return s.id == event.id && s.verdict == SendVerdict::unconfirmed;
        });
    if (given_up != pending_.rend()) {
        given_up->verdict = event.verdict;
    }
}

void SendMachine::slow_down(DeviceIndex index, const PostEnded& event, Instant now) {
    Device& device = devices_[index];
    const auto wait = event.retry_after.value_or(std::chrono::seconds(1));
    device.blocked_until = std::max(device.blocked_until, now + wait);
    device.next_claim = std::max(device.next_claim, device.blocked_until);
    device.slow = true;
    release_ready(device, index);
}

void SendMachine::note_unreachable(const InFlight& post, Instant now) {
    release_all_ready();
    if (!gateway_away_since_) {
        gateway_away_since_ = now;
    }
    if (post.posted_at < gateway_retry_at_) {
        return; // begun before the gateway was known to be away: no new try
    }
    const Instant last_try = *gateway_away_since_ + limits_.gateway_budget;
    if (now >= last_try) {
        stop(SendStop::gateway_away);
    }
    gateway_retry_at_ = std::min(now + gateway_backoff_.next(random_), std::max(last_try, now));
}

/// A gateway that dies takes what is in flight with it, one connection after another, and its listening socket may let in
/// more before it closes. So what follows a post that got no answer goes one at a time until an answer comes: of those in
/// flight already, if the connection alone was to blame.
void SendMachine::note_silence(const PostEnded& event) {
    if (event.silent) {
        silence_ = true;
    } else if (
        event.verdict != SendVerdict::unreachable && event.verdict != SendVerdict::not_begun) {
        silence_ = false;
        trial_.reset();
    }
}

void SendMachine::note_outcome(SendVerdict verdict) {
    if (verdict == SendVerdict::no_entry) {
        stop(SendStop::no_entry);
    }
    if (verdict == SendVerdict::no_entry || verdict == SendVerdict::not_begun) {
        return;
    }
    gateway_away_since_.reset();
    gateway_retry_at_ = {};
    gateway_backoff_.reset();
    if (verdict == SendVerdict::throttled) {
        return;
    }
    const bool accepted = verdict == SendVerdict::accepted;
    circuit_.record(!accepted);
    if (accepted && probing_) {
        probing_ = false;
        probe_accepted_ = true;
    }
    if (circuit_.open()) {
        stop(SendStop::circuit_open);
    }
}

void SendMachine::give_up_posts() {
    for (const auto& [id, post] : in_flight_) {
        pending_.push_back({id, post.attempt, post.device, SendVerdict::unconfirmed, std::nullopt});
    }
    in_flight_.clear();
    beginning_.clear();
}

} // namespace blast
