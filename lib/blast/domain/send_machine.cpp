#include "blast/domain/send_machine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds shortest_queue_wait{200};
constexpr milliseconds longest_queue_wait{5'000};
constexpr milliseconds first_gateway_gap{500};
constexpr milliseconds longest_gateway_gap{8'000};
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
    plan_claim_connection(now);
    plan_finish(now);
    return std::move(commands_);
}

// ---- events ----

void SendMachine::on(const ClaimAnswered& event, Instant now) {
    const LostClaim claim{claiming_.claim, event.asked_at};
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
    lost_claims_.push_back(claiming_);
    lose_claim_connection(now);
}

void SendMachine::on(const ClaimRejected&, Instant now) {
    end_claim_work();
    Device& device = devices_[claiming_.claim.device];
    device.next_claim = std::max(device.next_claim, now + shortest_queue_wait);
}

void SendMachine::on(const AttemptReadBack& event, Instant now) {
    const LostClaim doubt = lost_claims_.front();
    lost_claims_.pop_front();
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
    lose_claim_connection(now);
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
    lose_claim_connection(now);
}

void SendMachine::on(const RecordsAway&, Instant now) {
    records_.lose(now);
}

void SendMachine::on(const StopRequested& event, Instant now) {
    stop(event.reason);
    const bool by_signal = event.reason == SendStop::hung_up ||
                           event.reason == SendStop::interrupted ||
                           event.reason == SendStop::terminated;
    if (by_signal && !patience_ends_) {
        patience_ends_ = now + limits_.stop_grace;
    }
}

void SendMachine::on(const Tick&, Instant) {}

// ---- what follows ----

void SendMachine::end_claim_work() {
    claims_.end();
    work_ = ClaimConnectionWork::none;
}

void SendMachine::lose_claim_connection(Instant now) {
    claims_.lose(now);
    work_ = ClaimConnectionWork::none;
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

void SendMachine::hold(const LostClaim& claim, const ClaimedRow& row) {
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
    if (verdict == SendVerdict::unauthorized) {
        stop(SendStop::unauthorized);
    }
    if (verdict == SendVerdict::unauthorized || verdict == SendVerdict::not_begun) {
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

void SendMachine::watch_budgets(Instant now) {
    if (claims_.past(limits_.database_budget, now)) {
        stop(SendStop::database_away);
        give_up_lost_claims();
    }
    if (!out_of_patience(now)) {
        return;
    }
    if (claims_.away()) {
        give_up_lost_claims();
    }
    give_up_posts();
}

void SendMachine::give_up_lost_claims() {
    for (const LostClaim& doubt : lost_claims_) {
        given_up_.push_back(doubt.claim.attempt);
    }
    lost_claims_.clear();
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
    const bool last = stopping_ && in_flight_.empty() && lost_claims_.empty() &&
                      work_ == ClaimConnectionWork::none;
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

void SendMachine::plan_claim_connection(Instant now) {
    if (!claims_.idle()) {
        return;
    }
    if (!lost_claims_.empty()) {
        claims_.begin();
        work_ = ClaimConnectionWork::read_back;
        commands_.emplace_back(ReadBackAttempt{lost_claims_.front().claim.attempt});
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
        work_ = ClaimConnectionWork::check;
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
    work_ = ClaimConnectionWork::listen;
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
        work_ = ClaimConnectionWork::claim;
        commands_.emplace_back(claiming_.claim);
        next_device_ = (index + 1) % devices_.size();
        return true;
    }
    return false;
}

void SendMachine::plan_finish(Instant now) {
    const bool idle = in_flight_.empty() && ready_ == 0 && pending_.empty() &&
                      settling_.settlements.empty() && settling_.releases.empty() &&
                      given_up_.empty() && lost_claims_.empty() &&
                      work_ == ClaimConnectionWork::none;
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
        for (const LostClaim& doubt : lost_claims_) {
            finish.unsettled.releases.push_back(doubt.claim.attempt);
        }
        if (work_ == ClaimConnectionWork::claim) {
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
