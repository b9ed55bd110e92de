// How a sender takes recipients out of the queue and posts their messages.
#include "unit/simulation/sender.hpp"

#include <memory>
#include <utility>

namespace blast::simulation {

// ---- claims ----

void Sender::carry_out(const Claim& command) {
    ClaimTerms terms;
    terms.claim = command;
    terms.lease = limits_.lease;
    terms.ahead = claim_ahead(limits_.round_trip);
    terms.paced = slots_.paced();
    terms.starts = slots_.starts(command.limit, random_);
    terms.daily_cap = setup_.daily_cap;
    const auto result = std::make_shared<ClaimResult>();
    const Instant asked_at = instant();
    const std::size_t most = most_unsettled(limits_, machine_.throughput(commanded_at_));
    claims_.exchange(
        {true,
         [this, terms, result, most](bool late) {
             run_claim(terms, *result, late);
             if (!late)
                 check_held(most);
         },
         [this, result, asked_at](Ending ending) {
             if (ending == Ending::answered)
                 return deliver(claim_answered(*result, asked_at));
             if (ending == Ending::rejected)
                 return deliver(ClaimRejected{});
             ++world_.tally.lost_claims;
             deliver(ClaimLost{});
         }});
}

void Sender::run_claim(const ClaimTerms& terms, ClaimResult& result, bool late) {
    result = world_.database.claim(terms);
    world_.note(
        "   db: claim {} of #{} takes {} rows{}", describe(terms.claim.attempt), setup_.id,
        result.rows.size(), late ? ", late" : "");
    if (result.rows.empty())
        return;
    world_.ledger.claimed(terms.claim.attempt, setup_.id, result, late);
    world_.tally.late_claims += late ? 1 : 0;
}

/// The database's own count of what would be in doubt if the process were killed now.
void Sender::check_held(std::size_t most) const {
    const std::size_t held = world_.ledger.held_by(setup_.id);
    if (held > most)
        throw Violation(
            fmt::format("#{} holds {} recipients, {} are allowed", setup_.id, held, most));
}

ClaimAnswered Sender::claim_answered(const ClaimResult& result, Instant asked_at) const {
    const Instant ran_at = result.ran_at + clock_offset_;
    ClaimAnswered answered;
    answered.asked_at = asked_at;
    for (const ClaimResult::Row& row : result.rows)
        answered.rows.push_back({row.id, ran_at + row.slot_in});
    answered.next_slot = ran_at + result.next_slot_in;
    answered.blocked_until = ran_at + result.blocked_for;
    answered.slots = result.slots;
    answered.capped = result.capped;
    answered.slow = result.slow;
    return answered;
}

void Sender::carry_out(const ReadBackAttempt& command) {
    const auto ids = std::make_shared<std::vector<std::int64_t>>();
    claims_.exchange(
        {false,
         [this, attempt = command.attempt, ids](bool) {
             *ids = world_.database.read_back(attempt);
         },
         [this, ids](Ending ending) {
             if (ending != Ending::answered)
                 return deliver(QueryLost{});
             world_.tally.claims_read_back += ids->empty() ? 0U : 1U;
             deliver(AttemptReadBack{*ids});
         }});
}

void Sender::carry_out(const CheckQueue&) {
    const auto checked = std::make_shared<QueueChecked>();
    claims_.exchange(
        {false,
         [this, checked](bool) {
             world_.tally.swept += world_.database.expire_leases();
             world_.database.drop_opted_out();
             *checked = world_.database.queue_state();
         },
         [this, checked](Ending ending) {
             if (ending != Ending::answered)
                 return deliver(QueryLost{});
             deliver(*checked);
         }});
}

void Sender::carry_out(const Listen& command) {
    const auto heard = std::make_shared<Heard>();
    heard->asked_at = instant();
    claims_.exchange(
        {false,
         [this, heard, ids = command.ids](bool) {
             heard->unwanted = world_.database.unwanted(ids);
         },
         [this, heard](Ending ending) {
             if (ending != Ending::answered)
                 return deliver(QueryLost{});
             ++world_.tally.hearings;
             world_.tally.unwanted += heard->unwanted.size();
             deliver(*heard);
         }});
}

// ---- posts ----

void Sender::carry_out(const Post& command) {
    const auto delay = std::chrono::duration_cast<Instant::duration>(
        world_.schedule.begin_delay * world_.random.uniform());
    world_.queue.after(delay, [this, command] { when_awake([this, command] { begin(command); }); });
}

void Sender::begin(const Post& post) {
    if (!machine_.may_begin(post, instant())) {
        ++world_.tally.held_back;
        return deliver(PostEnded{post.id, SendVerdict::not_begun, {}, false});
    }
    referee_.begins(post, instant());
    const RequestFate fate = world_.gateway.begin(world_.queue.now());
    const Ledger::Request request{post.id, post.attempt};
    if (fate.begun) {
        ++world_.tally.posts;
        world_.ledger.begun(request, world_.queue.now(), hearing_lasts(limits_));
    }
    if (fate.accepted != 0)
        world_.queue.after(fate.accepted_after, [this, request, message = fate.accepted] {
            world_.note("   gateway: {} is accepted as {}", request.id, message);
            world_.ledger.accepted(request, message);
        });
    world_.queue.after(fate.ends_after, [this, post, fate] {
        when_awake([this, post, fate] { end(post, fate); });
    });
}

void Sender::end(const Post& post, const RequestFate& fate) {
    const SendVerdict verdict = judge(fate.answer);
    if (fate.begun && fate.proven_unsent)
        world_.ledger.proven_unsent({post.id, post.attempt});
    if (verdict != SendVerdict::forbidden)
        return tell(post, fate.answer, verdict);
    const auto asked = fate.token_refused ? SendVerdict::unauthorized : SendVerdict::refused;
    world_.queue.after(world_.schedule.gateway_delay, [this, post, fate, asked] {
        when_awake([this, post, fate, asked] { tell(post, fate.answer, asked); });
    });
}

void Sender::tell(const Post& post, const SendAnswer& answer, SendVerdict verdict) {
    if (verdict == SendVerdict::accepted && referee_.awaits(post.id)) {
        answers_.push_back({post.id, post.attempt, std::stoll(answer.message_id)});
        world_.ledger.answered({post.id, post.attempt});
    }
    const bool silent = answer.request_begun && answer.transport != Transport::answered;
    deliver(PostEnded{post.id, verdict, answer.retry_after, silent});
}

} // namespace blast::simulation
