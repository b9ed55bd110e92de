#include "unit/simulation/ledger.hpp"

#include <algorithm>

namespace blast::simulation {

bool Ledger::Recipient::word_since(Instant when) const {
    return std::any_of(words.begin(), words.end(), [&](Instant word) { return word >= when; });
}

Ledger::Attempt& Ledger::attempt(const AttemptId& id) {
    // Those in use are the latest.
    const auto found = std::find_if(
        attempts_.rbegin(), attempts_.rend(), [&](const Attempt& a) { return a.id == id; });
    if (found != attempts_.rend())
        return *found;
    return attempts_.emplace_back(Attempt{id, 0, {}, {}, false, false, false});
}

const Ledger::Attempt* Ledger::find(const AttemptId& id) const {
    const auto found = std::find_if(
        attempts_.rbegin(), attempts_.rend(), [&](const Attempt& a) { return a.id == id; });
    return found == attempts_.rend() ? nullptr : &*found;
}

Ledger::Post& Ledger::post(const Request& request) {
    auto& posts = recipient(request.id).posts;
    const auto found = std::find_if(
        posts.begin(), posts.end(), [&](const Post& p) { return p.attempt == request.attempt; });
    demand(found != posts.end(), "{} was never posted", request.id);
    return *found;
}

// ---- what happens ----

void Ledger::claimed(const AttemptId& id, ProcessId process, const ClaimResult& result, bool late) {
    Attempt& claim = attempt(id);
    claim.process = process;
    claim.late = late;
    claim.after_release = claim.released;
    claims_after_release_ += claim.released ? 1 : 0;
    for (const ClaimResult::Row& row : result.rows) {
        claim.rows.push_back(row.id);
        claim.slots.push_back(result.ran_at + row.slot_in);
    }
}

void Ledger::released(const AttemptId& id) {
    attempt(id).released = true;
}

void Ledger::check_claim(const Request& request, Instant now) {
    const Attempt* claim = find(request.attempt);
    demand(claim != nullptr, "{} is posted and was never claimed", request.id);
    const auto place = std::find(claim->rows.begin(), claim->rows.end(), request.id);
    demand(place != claim->rows.end(), "{} is posted and was never claimed", request.id);
    const Instant slot = claim->slots.at(static_cast<std::size_t>(place - claim->rows.begin()));
    demand(now >= slot, "{} is posted {} ns before its slot", request.id, (slot - now).count());
    if (clock_jumped_)
        return;
    const Row& row = database_.row(request.id);
    demand(
        row.state == RowState::sending && row.attempt == request.attempt,
        "{} is posted and its sender does not hold it", request.id);
    demand(row.lease_until > database_.server_now(), "{} is posted past its lease", request.id);
}

void Ledger::check_once(const Request& request) {
    const Recipient& to = recipient(request.id);
    std::size_t open = 0;
    for (const Post& earlier : to.posts) {
        demand(earlier.attempt != request.attempt, "{} is posted twice by one attempt", request.id);
        if (earlier.proven_unsent)
            continue;
        ++open;
        demand(
            clock_jumped_ || to.word_since(earlier.at),
            "{} is posted again without the user's word", request.id);
    }
    second_posts_ += open > 0 ? 1 : 0;
    demand(open <= to.words.size(), "{} is posted again without the user's word", request.id);
}

void Ledger::unwanted(std::int64_t id, Instant now) {
    auto& since = recipient(id).unwanted_since;
    since = since.value_or(now);
}

void Ledger::user_word(std::int64_t id, Instant now) {
    Recipient& to = recipient(id);
    to.words.push_back(now);
    if (!database_.row(id).opted_out)
        to.unwanted_since.reset(); // it takes a cancel back, but no opt-out
}

void Ledger::check_wanted(const Request& request, Instant now, Instant::duration hearing_lasts) {
    const auto since = recipient(request.id).unwanted_since;
    demand(
        clock_jumped_ || !since || now <= *since + hearing_lasts,
        "{} is begun {} ms after it was known that it is not wanted", request.id,
        since ? std::chrono::duration_cast<std::chrono::milliseconds>(now - *since).count() : 0);
}

void Ledger::begun(const Request& request, Instant now, Instant::duration hearing_lasts) {
    check_claim(request, now);
    check_once(request);
    check_wanted(request, now, hearing_lasts);
    recipient(request.id).posts.push_back({request.attempt, now, false, false, 0});
}

void Ledger::accepted(const Request& request, MessageId message) {
    post(request).accepted = message;
}

void Ledger::proven_unsent(const Request& request) {
    post(request).proven_unsent = true;
}

void Ledger::answered(const Request& request) {
    post(request).answered = true;
}

void Ledger::forgotten(ProcessId process) {
    for (Recipient& to : recipients_) {
        for (Post& sent : to.posts) {
            const Attempt* claim = find(sent.attempt);
            if (claim != nullptr && claim->process == process)
                sent.answered = false;
        }
    }
}

// ---- what has to be true ----

std::size_t Ledger::held_by(ProcessId process) const {
    std::size_t held = 0;
    for (const Row& row : database_.rows()) {
        if (row.state != RowState::sending)
            continue;
        const Attempt* claim = find(row.attempt);
        held += claim != nullptr && claim->process == process && !claim->late ? 1 : 0;
    }
    return held;
}

void Ledger::check_finished(ProcessId process) const {
    for (std::size_t i = 0; i < database_.rows().size(); ++i) {
        const Row& row = database_.rows()[i];
        const Attempt* claim = row.state == RowState::sending ? find(row.attempt) : nullptr;
        demand(
            claim == nullptr || claim->process != process || claim->after_release,
            "{} is left in the hands of a process that is over", i + 1);
    }
}

bool Ledger::recorded_elsewhere(std::int64_t id, MessageId message) const {
    for (std::size_t i = 0; i < database_.rows().size(); ++i) {
        if (static_cast<std::int64_t>(i) + 1 != id && database_.rows()[i].message == message)
            return true;
    }
    return false;
}

void Ledger::check_accounted(std::int64_t id, const Post& sent) const {
    const Row& row = database_.row(id);
    const Recipient& to = recipients_.at(static_cast<std::size_t>(id - 1));
    const auto& history = row.history;
    if (row.message == sent.accepted ||
        std::find(history.begin(), history.end(), sent.accepted) != history.end())
        return;
    // Where leases ended too early, the user's word may have come before the post.
    const bool said = clock_jumped_ ? !to.words.empty() : to.word_since(sent.at);
    const bool listed = row.state == RowState::unconfirmed || said;
    if (sent.answered)
        demand(
            listed && recorded_elsewhere(id, sent.accepted),
            "{}: the answer of its sender, {}, is not recorded", id, sent.accepted);
    else
        demand(
            listed, "{} was accepted as {} and is neither recorded nor unconfirmed", id,
            sent.accepted);
}

void Ledger::check_end() const {
    for (std::size_t i = 0; i < recipients_.size(); ++i) {
        const auto id = static_cast<std::int64_t>(i) + 1;
        const RowState state = database_.rows().at(i).state;
        demand(state != RowState::queued, "{} is left in the queue", id);
        demand(state != RowState::sending, "{} is left with a sender that is gone", id);
        for (const Post& sent : recipients_[i].posts) {
            if (sent.accepted != 0)
                check_accounted(id, sent);
        }
    }
}

void Ledger::check_no_needless_doubt() const {
    for (std::size_t i = 0; i < recipients_.size(); ++i) {
        const Row& row = database_.rows().at(i);
        if (row.state != RowState::unconfirmed || recipients_[i].doubtful)
            continue;
        const Attempt* claim = find(row.attempt);
        demand(
            claim != nullptr && claim->after_release, "{} is unconfirmed and was never in doubt",
            i + 1);
    }
}

} // namespace blast::simulation
