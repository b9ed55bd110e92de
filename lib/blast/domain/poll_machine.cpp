#include "blast/domain/poll_machine.hpp"

#include <algorithm>
#include <cmath>

namespace blast {

using std::chrono::milliseconds;

namespace {

constexpr double largest_batch = 4500;
constexpr std::size_t first_claim = 500;      ///< so that the first checks begin soon
constexpr std::size_t last_writes = 500;      ///< when no claim comes that they could go with
constexpr std::chrono::seconds batch_time{2}; ///< a batch is claimed for so long at the given rate
constexpr milliseconds write_delay{500};      ///< answers wait so long to be written together
constexpr milliseconds catch_up{50};          ///< by so much a late check may be made up for
constexpr milliseconds past_deadline{5'000};  ///< what is under way may take so much longer
constexpr milliseconds shortest_request{1'000};
constexpr int rests_before_giving_up = 5;

} // namespace

PollMachine::PollMachine(const PollLimits& limits, Random& random, Instant now)
    : limits_(limits), rest_(random), database_away_since_(now), next_check_at_(now) {}

std::vector<PollCommand> PollMachine::next(const PollEvent& event, Instant now) {
    std::vector<PollCommand> commands;
    if (ended_) {
        return commands;
    }
    std::visit([&](const auto& told) { take(told, now); }, event);
    watch_limits(now);
    begin_checks(commands, now);
    use_database(commands, now);
    if (is_finished()) {
        ended_ = true;
        commands.emplace_back(EndPass{ending_.value_or(PollEnd::done)});
    }
    return commands;
}

void PollMachine::take(const CandidatesLoaded& event, Instant) {
    database_busy_ = false;
    candidates_ += event.count;
    more_candidates_ = event.more;
}

void PollMachine::take(const Exchanged& event, Instant) {
    database_busy_ = false;
    counts_.skipped += static_cast<std::int64_t>(exchange_.claim) -
                       static_cast<std::int64_t>(event.claimed.size());
    for (const MessageHandle message : event.claimed) {
        ready_.push_back({message, exchange_begun_at_ + limits_.lease});
    }
    exchange_ = {};
}

/// Whether the exchange was committed is not known. Writing what was told again is harmless; what it claimed and let go
/// is left to the leases' ends.
void PollMachine::take(const DatabaseLost&, Instant now) {
    database_busy_ = false;
    database_ready_ = false;
    if (!database_away_since_) {
        database_away_since_ = now;
    }
    told_.insert(told_.begin(), exchange_.answered.begin(), exchange_.answered.end());
    exchange_ = {};
}

void PollMachine::take(const DatabaseReady&, Instant) {
    database_ready_ = true;
    database_away_since_.reset();
}

void PollMachine::take(const CheckEnded& event, Instant now) {
    const auto begun = begun_at_.find(event.message);
    if (begun == begun_at_.end()) {
        return;
    }
    usual_latency_ = (usual_latency_ * 7 + (now - begun->second)) / 8;
    begun_at_.erase(begun);
    ever_answered_ = ever_answered_ || event.answered;
    if (told_.empty() && released_.empty()) {
        unwritten_since_ = now;
    }
    if (event.outcome == CheckEnded::Outcome::answered) {
        rest_.succeeded();
        ++counts_.checked;
        told_.push_back(event.message);
        return;
    }
    rest_.failed(now, event.retry_after);
    ++counts_.failed;
    released_.push_back(event.message);
    if (event.outcome == CheckEnded::Outcome::token_refused) {
        end_for(PollEnd::token_refused);
    }
    if (event.outcome == CheckEnded::Outcome::untrusted) {
        end_for(PollEnd::untrusted);
    }
    if (event.outcome == CheckEnded::Outcome::unresolved && !ever_answered_) {
        end_for(PollEnd::unresolved);
    }
}

void PollMachine::take(const PollStopRequested& event, Instant) {
    end_for(event.reason);
}

void PollMachine::take(const PollTick&, Instant) {}

/// The first reason stays.
void PollMachine::end_for(PollEnd reason) {
    if (ending_) {
        return;
    }
    ending_ = reason;
}

void PollMachine::let_ready_go() {
    counts_.released += static_cast<std::int64_t>(ready_.size());
    for (const Held& held : ready_) {
        released_.push_back(held.message);
    }
    ready_.clear();
}

void PollMachine::watch_limits(Instant now) {
    // With nothing under way no success can end the gateway's rest early.
    const Instant begins = begun_at_.empty() ? std::max(now, rest_.rests_until()) : now;
    if (begins + usual_latency_ >= limits_.deadline) {
        end_for(PollEnd::deadline);
    }
    if (!ever_answered_ && rest_.rests() >= rests_before_giving_up) {
        end_for(PollEnd::unreachable);
    }
    if (database_away_since_ && now - *database_away_since_ >= limits_.database_budget) {
        end_for(PollEnd::database_away);
        ending_ = PollEnd::database_away;
    }
    if (ending_) {
        let_ready_go();
    }
}

void PollMachine::begin_checks(std::vector<PollCommand>& commands, Instant now) {
    while (!ending_ && !ready_.empty() && may_begin(now)) {
        const Held held = ready_.front();
        ready_.pop_front();
        const milliseconds limit = time_for_request(held, now);
        // Too late for its lease, so another run may have it: it stays for the next pass.
        if (limit >= shortest_request) {
            commands.emplace_back(begin(held, limit, now));
        } else {
            ++counts_.released;
        }
    }
}

bool PollMachine::may_begin(Instant now) const {
    return now >= next_check_at_ && begun_at_.size() < rest_.allowed(now, limits_.concurrency);
}

Check PollMachine::begin(const Held& held, milliseconds limit, Instant now) {
    begun_at_.emplace(held.message, now);
    next_check_at_ = std::max(next_check_at_ + gap(), now - catch_up);
    return {held.message, limit};
}

/// A request ends before its message's lease does, and not long after the deadline.
milliseconds PollMachine::time_for_request(const Held& held, Instant now) const {
    std::chrono::nanoseconds limit =
        std::min<std::chrono::nanoseconds>(limits_.request_limit, held.lease_ends - now);
    if (limits_.deadline != Instant::max()) {
        limit = std::min<std::chrono::nanoseconds>(limit, limits_.deadline - now + past_deadline);
    }
    return std::chrono::floor<milliseconds>(limit);
}

void PollMachine::use_database(std::vector<PollCommand>& commands, Instant now) {
    if (!database_ready_ || database_busy_) {
        return;
    }
    const bool claims = wants_claim(now);
    if (wants_candidates(claims)) {
        database_busy_ = true;
        commands.emplace_back(LoadCandidates{});
    } else if (claims || wants_write(now)) {
        begin_exchange(claims ? next_claim() : 0, now);
        commands.emplace_back(exchange_);
    }
}

/// When there are none to claim, or soon will not be and there is enough to ask about while they are loaded.
bool PollMachine::wants_candidates(bool claims) const {
    if (claims) {
        return candidates_ == 0;
    }
    return !ending_ && more_candidates_ && candidates_ < batch() && ready_.size() > batch() / 2;
}

void PollMachine::begin_exchange(std::size_t claim, Instant now) {
    database_busy_ = true;
    exchange_ = {std::move(told_), std::move(released_), claim};
    exchange_begun_at_ = now;
    told_.clear();
    released_.clear();
    candidates_ -= claim;
}

bool PollMachine::wants_claim(Instant now) const {
    const Instant soon = now + batch_time;
    return !ending_ && (candidates_ > 0 || more_candidates_) && ready_.size() <= batch() * 2 / 3 &&
           next_check_at_ <= soon && rest_.rests_until() <= soon;
}

std::size_t PollMachine::next_claim() const {
    const std::size_t room =
        ready_.empty() ? std::min(first_claim, batch()) : batch() - ready_.size();
    return std::min(room, candidates_);
}

bool PollMachine::wants_write(Instant now) const {
    const std::size_t unwritten = told_.size() + released_.size();
    const std::size_t enough = claims_no_more() ? std::min(last_writes, batch()) : batch();
    return unwritten >= enough ||
           (unwritten > 0 && (now - unwritten_since_ >= write_delay || nothing_to_ask()));
}

bool PollMachine::claims_no_more() const {
    return ending_ || (candidates_ == 0 && !more_candidates_);
}

bool PollMachine::nothing_to_ask() const {
    return claims_no_more() && ready_.empty() && begun_at_.empty();
}

bool PollMachine::is_finished() const {
    if (ending_ == PollEnd::database_away) {
        return true;
    }
    return nothing_to_ask() && !database_busy_ && told_.empty() && released_.empty();
}

std::size_t PollMachine::batch() const {
    if (!limits_.per_second) {
        return static_cast<std::size_t>(largest_batch);
    }
    const double rows = *limits_.per_second * static_cast<double>(batch_time.count());
    return static_cast<std::size_t>(std::clamp(std::ceil(rows), 1.0, largest_batch));
}

std::chrono::nanoseconds PollMachine::gap() const {
    if (!limits_.per_second) {
        return {};
    }
    return std::chrono::nanoseconds(std::llround(1e9 / *limits_.per_second));
}

Instant PollMachine::wake_at(Instant now) const {
    Instant wake = now + std::chrono::seconds(1);
    const auto no_later_than = [&](Instant when) { wake = std::min(wake, std::max(now, when)); };
    if (limits_.deadline != Instant::max() && !ending_) {
        no_later_than(
            limits_.deadline - std::chrono::duration_cast<Instant::duration>(usual_latency_));
    }
    const bool unwritten = !told_.empty() || !released_.empty();
    if (unwritten && database_ready_ && !database_busy_) {
        no_later_than(unwritten_since_ + write_delay);
    }
    if (database_away_since_) {
        no_later_than(*database_away_since_ + limits_.database_budget);
    }
    const Instant rested = std::max(now, rest_.rests_until());
    if (!ending_ && !ready_.empty() &&
        begun_at_.size() < rest_.allowed(rested, limits_.concurrency)) {
        no_later_than(std::max(next_check_at_, rested));
    }
    return wake;
}

namespace {

constexpr int failures_before_rest = 3;

} // namespace

void GatewayBackoff::succeeded() {
    failures_ = 0;
    rests_ = 0;
    rests_until_ = {};
    backoff_.reset();
}

void GatewayBackoff::failed(Instant now, std::optional<std::chrono::seconds> retry_after) {
    ++failures_;
    if (retry_after) {
        rests_until_ = std::max(rests_until_, now + *retry_after);
    }
    // What was under way when the rest began fails during it, and tells nothing new.
    if (failures_ < failures_before_rest || now < rests_until_) {
        return;
    }
    ++rests_;
    rests_until_ = now + backoff_.next(random_);
}

std::size_t GatewayBackoff::allowed(Instant now, std::size_t concurrency) const {
    if (now < rests_until_) {
        return 0;
    }
    return failures_ < failures_before_rest ? concurrency : 1;
}

} // namespace blast
