#include "unit/simulation/database_model.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace blast::simulation {

namespace {

Instant::duration of_seconds(double value) {
    return std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>(value));
}

} // namespace

// ---- claim_recipients.sql ----

std::int64_t DatabaseModel::free_slots(const Device& device, const ClaimTerms& terms) const {
    const Instant now = server_now();
    const double slowdown_factor = device.slow_left > 0 ? 2 : 1;
    std::int64_t slots = 0;
    if (device.blocked_until > now)
        return 0;
    if (terms.paced) {
        const Instant first = std::max(device.next_slot, now);
        for (std::size_t i = 0; i < terms.claim.limit; ++i)
            slots +=
                first + of_seconds(terms.starts[i] * slowdown_factor) <= now + terms.ahead ? 1 : 0;
    } else
        slots = static_cast<std::int64_t>(terms.claim.limit);
    if (terms.daily_cap)
        slots = std::min<std::int64_t>(slots, std::max(0, *terms.daily_cap - device.posts));
    return slots;
}

std::vector<std::int64_t> DatabaseModel::pick(const Claim& claim, std::int64_t slots) const {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows_.size() && static_cast<std::int64_t>(ids.size()) < slots;
         ++i) {
        const Row& row = rows_[i];
        const auto id = static_cast<std::int64_t>(i) + 1;
        if (id > claim.after && row.state == RowState::queued && !row.opted_out &&
            (!row.not_before || *row.not_before <= server_now()) &&
            (!row.device || *row.device == claim.device))
            ids.push_back(id);
    }
    return ids;
}

ClaimResult DatabaseModel::claim(const ClaimTerms& terms) {
    const Instant now = server_now();
    Device& device = devices_.at(terms.claim.device);
    const double slowdown_factor = device.slow_left > 0 ? 2 : 1;
    const Instant first = std::max(device.next_slot, now);
    ClaimResult result;
    result.ran_at = queue_.now();
    result.slots = free_slots(device, terms);
    const auto ids = pick(terms.claim, result.slots);
    const auto slot_in = [&](std::size_t place) {
        return terms.paced ? first - now + of_seconds(terms.starts[place] * slowdown_factor)
                           : Instant::duration::zero();
    };
    for (const std::int64_t id : ids) {
        Row& claimed = row(id);
        claimed.state = RowState::sending;
        claimed.attempt = terms.claim.attempt;
        claimed.lease_until = now + terms.lease;
        claimed.not_before.reset();
        result.rows.push_back({id, slot_in(result.rows.size())});
    }
    result.next_slot_in = slot_in(ids.size());
    if (terms.paced && !ids.empty())
        device.next_slot = now + result.next_slot_in;
    device.posts += static_cast<int>(ids.size());
    result.blocked_for = std::max(device.blocked_until - now, Instant::duration::zero());
    result.capped = terms.daily_cap && device.posts >= *terms.daily_cap;
    result.slow = device.slow_left > 0;
    return result;
}

// ---- read_back_attempt.sql ----

std::vector<std::int64_t> DatabaseModel::read_back(const AttemptId& attempt) const {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i].state == RowState::sending && rows_[i].attempt == attempt)
            ids.push_back(static_cast<std::int64_t>(i) + 1);
    }
    return ids;
}

// ---- record_accepted.sql, settle_attempts.sql, release_attempts.sql, close_circuit.sql and the devices' ----

void DatabaseModel::record(const AcceptedAnswer& answer, std::vector<AcceptedAnswer>& missing) {
    Row& held = row(answer.id);
    const bool open = held.state == RowState::sending || held.state == RowState::unconfirmed ||
                      held.state == RowState::queued || held.state == RowState::dropped;
    if (!open || held.attempt != answer.attempt || recorded_.contains(answer.message)) {
        missing.push_back(answer);
        return;
    }
    held.state = RowState::recorded;
    held.message = answer.message;
    recorded_.emplace(answer.message, answer.id);
}

void DatabaseModel::end(const EndedAttempt& ended) {
    Row& held = row(ended.id);
    if (held.attempt != ended.attempt ||
        (held.state != RowState::sending && held.state != RowState::unconfirmed))
        return;
    const bool dropped = ended.state == RowState::queued && held.unwanted();
    held.state = dropped ? RowState::dropped : ended.state;
    held.to_be_dropped = false;
    if (held.state == RowState::queued && ended.pause > Instant::duration::zero())
        held.not_before = server_now() + ended.pause;
}

void DatabaseModel::release(const AttemptId& attempt) {
    for (Row& held : rows_) {
        if (held.attempt == attempt &&
            (held.state == RowState::sending || held.state == RowState::unconfirmed))
            held.state =
                std::exchange(held.to_be_dropped, false) ? RowState::dropped : RowState::queued;
    }
}

void DatabaseModel::change(Device& device, const DeviceChange& change) const {
    const Instant now = server_now();
    device.posts = std::max(0, device.posts - change.unposted);
    device.slow_left = std::max(0, device.slow_left - change.accepted);
    if (!change.throttled)
        return;
    const bool blocked = device.blocked_until > now;
    const double doubled = std::min(std::max(device.last_wait.count(), 0.5) * 2, 60.0);
    double wait = device.slow_left > 0 ? doubled : 1;
    if (blocked)
        wait = device.last_wait.count();
    if (!change.retry_after && !blocked)
        device.last_wait = std::chrono::duration<double>(wait);
    if (change.retry_after)
        wait = static_cast<double>(change.retry_after->count());
    device.blocked_until = std::max(device.blocked_until, now + of_seconds(wait));
    device.slow_left = 20;
}

std::vector<AcceptedAnswer> DatabaseModel::settle(const SettleTerms& terms) {
    std::vector<AcceptedAnswer> missing;
    for (const AcceptedAnswer& answer : terms.accepted)
        record(answer, missing);
    for (const EndedAttempt& ended : terms.ended)
        end(ended);
    for (const AttemptId& attempt : terms.releases)
        release(attempt);
    for (std::size_t i = 0; i < terms.devices.size(); ++i)
        change(devices_.at(i), terms.devices[i]);
    if (terms.closes_circuit == circuit_)
        circuit_ = 0;
    return missing;
}

RecordConflict DatabaseModel::find_recorded(const AcceptedAnswer& answer) const {
    const auto found = recorded_.find(answer.message);
    if (found != recorded_.end() && found->second == answer.id)
        return RecordConflict::recorded_before;
    const Row& held = rows_.at(static_cast<std::size_t>(answer.id - 1));
    const bool in_outbox = held.state != RowState::recorded;
    if (found != recorded_.end() && in_outbox && held.attempt == answer.attempt)
        return RecordConflict::id_taken;
    return !in_outbox || held.attempt != answer.attempt ? RecordConflict::resent
                                                        : RecordConflict::gone;
}

void DatabaseModel::note_late_message(const AcceptedAnswer& answer) {
    row(answer.id).history.push_back(answer.message);
}

// ---- unwanted_recipients.sql, expire_leases.sql, drop_opted_out.sql, queue_state.sql ----

std::vector<std::int64_t> DatabaseModel::unwanted(const std::vector<std::int64_t>& ids) const {
    std::vector<std::int64_t> found;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(found), [&](std::int64_t id) {
        return rows_.at(static_cast<std::size_t>(id - 1)).unwanted();
    });
    return found;
}

void DatabaseModel::drop_opted_out() {
    for (Row& queued : rows_) {
        if (queued.state == RowState::queued && queued.opted_out)
            queued.state = RowState::dropped;
    }
}

std::size_t DatabaseModel::expire_leases() {
    std::size_t expired = 0;
    for (Row& held : rows_) {
        if (held.state != RowState::sending || held.lease_until >= server_now())
            continue;
        held.state = RowState::unconfirmed;
        ++expired;
    }
    return expired;
}

QueueChecked DatabaseModel::queue_state() const {
    QueueChecked checked;
    for (const Row& queued : rows_) {
        if (queued.state != RowState::queued)
            continue;
        ++checked.queued;
        if (!queued.not_before)
            continue;
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::max(*queued.not_before - server_now(), Instant::duration::zero()));
        checked.next_due = checked.next_due ? std::min(*checked.next_due, wait) : wait;
    }
    return checked;
}

// ---- requeue_recipients.sql, blast-admin's ----

std::vector<std::int64_t> DatabaseModel::requeue(RowState from) {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i].state != from)
            continue;
        rows_[i].state = RowState::queued;
        rows_[i].to_be_dropped = false;
        rows_[i].not_before.reset();
        ids.push_back(static_cast<std::int64_t>(i) + 1);
    }
    return ids;
}

bool DatabaseModel::drop(std::int64_t id, RowState from) {
    if (row(id).state != from)
        return false;
    row(id).state = RowState::dropped;
    return true;
}

void DatabaseModel::opt_out(std::int64_t id) {
    row(id).opted_out = true;
    drop(id, RowState::queued);
}

void DatabaseModel::cancel() {
    for (Row& open : rows_) {
        if (open.state == RowState::queued)
            open.state = RowState::dropped;
        open.to_be_dropped = open.state == RowState::sending;
    }
}

} // namespace blast::simulation
