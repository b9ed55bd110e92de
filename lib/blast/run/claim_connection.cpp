#include "blast/run/claim_connection.hpp"

#include "blast/domain/send_machine.hpp"
#include "blast/store/blast_store.hpp"

#include <algorithm>

namespace blast {

ClaimConnection::ClaimConnection(
    EventLoop& loop, const SendPlan& plan, Random& random, ClaimedRecipients& in_hand, Tell tell)
    : plan_(plan),
      random_(random),
      in_hand_(in_hand),
      tell_(std::move(tell)),
      counter_slot_(draw_counter_slot(random)),
      next_slots_(plan.devices.size()),
      connection_(
          loop,
          plan.database_url,
          random,
          {[this] { tell_(ClaimsReady{}); }, [this] { tell_(ClaimsAway{}); }}) {}

void ClaimConnection::execute(const Claim& claim) {
    ClaimRequest request;
    request.blast_id = plan_.blast_id;
    request.after = claim.after;
    request.attempt = claim.attempt.view();
    request.lease = plan_.lease();
    request.device = plan_.devices[claim.device];
    request.paced = plan_.slots.paced();
    request.starts = plan_.slots.starts(claim.limit, random_);
    request.ahead = claim_ahead(round_trip());
    request.daily_cap = plan_.daily_cap;
    request.timezone = plan_.timezone.name();
    request.counter_slot = counter_slot_;
    request.next_slot = next_slots_[claim.device];
    const Asked asked{claim.attempt, claim.device, request.starts, BootClock::now()};
    connection_.submit(claim_statements(request), [this, asked](const PipelineOutcome& outcome) {
        on_claim(asked, outcome);
    });
}

void ClaimConnection::on_claim(const Asked& asked, const PipelineOutcome& outcome) {
    if (failed(outcome, ClaimLost{})) {
        return;
    }
    ClaimAnswer answer = read_claim(outcome.results);
    server_clock_.learn(asked.at, BootClock::now(), answer.server_epoch);
    const ClaimAnswered event = answered(answer, asked);
    for (ClaimedRecipient& recipient : answer.rows) {
        const ClaimKey key{recipient.id, asked.attempt};
        in_hand_[key] = std::move(recipient);
    }
    tell_(event);
}

ClaimAnswered ClaimConnection::answered(const ClaimAnswer& answer, const Asked& asked) {
    const std::vector<double>& starts = asked.starts;
    const auto after = [&](double seconds) {
        return server_clock_.instant_of(answer.server_epoch + seconds);
    };
    ClaimAnswered event;
    event.asked_at = asked.at;
    event.slots = answer.slots;
    event.capped = answer.capped;
    event.slow = answer.slowdown_factor > 1;
    if (answer.blocked_for > 0) {
        event.blocked_until = after(answer.blocked_for);
    }
    if (plan_.slots.paced()) {
        const double next =
            answer.first_slot_in + starts[answer.rows.size()] * answer.slowdown_factor;
        event.next_slot = after(next);
        if (!answer.rows.empty()) {
            next_slots_[asked.device] = answer.server_epoch + next;
        }
    }
    event.rows.reserve(answer.rows.size());
    for (std::size_t i = 0; i < answer.rows.size(); ++i) {
        const Instant slot = plan_.slots.paced()
                                 ? after(answer.first_slot_in + starts[i] * answer.slowdown_factor)
                                 : asked.at;
        event.rows.push_back({answer.rows[i].id, slot});
    }
    return event;
}

void ClaimConnection::execute(const ReadBackAttempt& read_back) {
    connection_.submit(
        {read_back_statement(plan_.blast_id, read_back.attempt, plan_.timezone.name())},
        [this, attempt = read_back.attempt](const PipelineOutcome& outcome) {
            on_read_back(attempt, outcome);
        });
}

void ClaimConnection::on_read_back(const AttemptId& attempt, const PipelineOutcome& outcome) {
    if (failed(outcome, QueryLost{})) {
        return;
    }
    AttemptReadBack event;
    for (ClaimedRecipient& recipient : read_read_back(outcome.results.front())) {
        event.ids.push_back(recipient.id);
        const ClaimKey key{recipient.id, attempt};
        in_hand_[key] = std::move(recipient);
    }
    tell_(event);
}

void ClaimConnection::execute(const CheckQueue&) {
    connection_.submit(
        check_queue_statements(plan_.blast_id, counter_slot_),
        [this](const PipelineOutcome& outcome) { on_check(outcome); });
}

void ClaimConnection::on_check(const PipelineOutcome& outcome) {
    if (!failed(outcome, QueryLost{})) {
        tell_(read_queue_check(outcome.results));
    }
}

void ClaimConnection::execute(const Listen& listen) {
    connection_.submit(
        {unwanted_statement(plan_.blast_id, listen.ids)},
        [this, asked_at = BootClock::now()](const PipelineOutcome& outcome) {
            on_hearing(asked_at, outcome);
        });
}

void ClaimConnection::on_hearing(Instant asked_at, const PipelineOutcome& outcome) {
    if (!failed(outcome, QueryLost{})) {
        tell_(Heard{asked_at, read_unwanted(outcome.results.front())});
    }
}

bool ClaimConnection::failed(const PipelineOutcome& outcome, const SendEvent& when_lost) {
    if (!outcome.failure) {
        return false;
    }
    failure_ = outcome.failure->what();
    if (outcome.failure->connection_lost()) {
        tell_(when_lost);
        return true;
    }
    const bool claiming = std::holds_alternative<ClaimLost>(when_lost);
    tell_(claiming ? SendEvent(ClaimRejected{}) : when_lost);
    // The database refuses for good (a privilege, a full disk), or time and again (the connection has tried): what is in
    // hand is settled, then the run ends.
    tell_(StopRequested{SendStop::database_away});
    return true;
}

} // namespace blast
