#include "unit/simulation/sender.hpp"

#include <utility>

namespace blast::simulation {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds lease_margin{30'000};

SendLimits limits_of(const Schedule& schedule, bool probing) {
    SendLimits limits;
    limits.devices = schedule.devices;
    limits.concurrency = schedule.concurrency;
    limits.lease = schedule.request_timeout + lease_margin;
    limits.lease_margin = lease_margin;
    limits.probing = probing;
    limits.steady_rate = SlotPlan(schedule.rate, schedule.jitter_percent).steady_rate();
    const auto round_trip = std::chrono::duration_cast<milliseconds>(4 * schedule.database_delay);
    limits.claim_ahead = std::max(limits.claim_ahead, round_trip);
    return limits;
}

} // namespace

Sender::Sender(World& world, Setup setup)
    : world_(world),
      setup_(std::move(setup)),
      clock_offset_(std::chrono::seconds(world.random.below(100'000))),
      random_(world.random.below(1'000'000'000)),
      limits_(limits_of(world.schedule, setup_.circuit != 0)),
      slots_(world.schedule.rate, world.schedule.jitter_percent),
      machine_(limits_, random_, instant()),
      referee_(limits_, instant()),
      claims_(
          world, *this, [this] { deliver(ClaimsReady{}); }, [this] { deliver(ClaimsAway{}); }),
      records_(
          world, *this, [this] { deliver(RecordsReady{}); }, [this] { deliver(RecordsAway{}); }) {}

bool Sender::start() {
    if (!world_.database_up(setup_.host)) {
        alive_ = false;
        return false;
    }
    world_.note(
        "#{} starts on host {}{}", setup_.id, setup_.host, setup_.circuit != 0 ? ", probing" : "");
    world_.tally.swept += world_.database.expire_leases();
    replay_spills();
    claims_.open();
    records_.open();
    commanded_at_ = instant();
    arm_timer();
    return true;
}

void Sender::cut_connections() {
    claims_.cut();
    records_.cut();
}

// ---- the machine ----

void Sender::deliver(const SendEvent& event) {
    if (suspended_) { // in the middle of what it was told before
        when_awake([this, event] { deliver(event); });
        return;
    }
    if (!alive_ || reason_ || !take_step())
        return;
    const Instant now = instant();
    if (!std::holds_alternative<Tick>(event))
        world_.note("#{}   {}", setup_.id, describe(event));
    referee_.told(event, now);
    commands_ = machine_.next(event, now);
    next_command_ = 0;
    commanded_at_ = now;
    for (const SendCommand& command : commands_) {
        world_.note("#{} > {}", setup_.id, describe(command));
        referee_.asked(command, now, machine_.throughput(now));
    }
    carry_on();
}

/// Carries out what the machine asked for last, as far as it comes.
void Sender::carry_on() {
    while (next_command_ < commands_.size()) {
        if (suspended_ || !take_step() || suspended_)
            return;
        std::visit([this](const auto& c) { carry_out(c); }, commands_[next_command_++]);
    }
    if (!reason_)
        arm_timer();
}

void Sender::arm_timer() {
    const Instant now = instant();
    const Instant wake = machine_.wake_at(now);
    referee_.wakes(wake, commanded_at_);
    world_.queue.after(wake - now, [this, timer = ++timer_] {
        when_awake([this, timer] {
            if (timer == timer_)
                deliver(Tick{});
        });
    });
}

// ---- what befalls it ----

/// False: it was its last.
bool Sender::take_step() {
    ++steps_;
    const ProcessFate& fate = setup_.fate;
    if (steps_ == fate.stopped_at)
        stop(fate.stop);
    if (steps_ == fate.signalled_at)
        stop(SendStop::terminated);
    if (steps_ == fate.suspended_at)
        suspend(fate.suspended_for);
    if (steps_ == fate.killed_at)
        kill();
    return alive_;
}

void Sender::stop(SendStop reason) {
    world_.queue.after({}, [this, reason] {
        when_awake([this, reason] {
            ++world_.tally.stops;
            deliver(StopRequested{reason});
        });
    });
}

void Sender::kill() {
    world_.note("#{} is killed", setup_.id);
    ++world_.tally.kills;
    alive_ = false;
    world_.ledger.forgotten(setup_.id);
    setup_.on_end();
}

void Sender::suspend(Instant::duration length) {
    world_.note(
        "#{} is suspended for {} ms", setup_.id,
        std::chrono::duration_cast<milliseconds>(length).count());
    ++world_.tally.suspensions;
    suspended_ = true;
    world_.queue.after(length, [this] { wake_up(); });
}

void Sender::wake_up() {
    if (!alive_)
        return;
    world_.note("#{} goes on", setup_.id);
    suspended_ = false;
    if (next_command_ < commands_.size())
        carry_on();
    // What came meanwhile is found in any order.
    auto actions = std::exchange(backlog_, {});
    while (!actions.empty()) {
        const auto place = static_cast<std::ptrdiff_t>(world_.random.below(actions.size()));
        const auto action = std::move(actions.at(static_cast<std::size_t>(place)));
        actions.erase(actions.begin() + place);
        when_awake(action);
    }
}

void Sender::when_awake(std::function<void()> action) {
    if (!alive_ || reason_)
        return;
    if (suspended_)
        backlog_.push_back(std::move(action));
    else
        action();
}

// ---- claims ----

void Sender::carry_out(const Claim& command) {
    ClaimTerms terms;
    terms.claim = command;
    terms.lease = limits_.lease;
    terms.ahead = limits_.claim_ahead;
    terms.paced = slots_.paced();
    terms.starts = slots_.starts(command.limit, random_);
    terms.daily_cap = setup_.daily_cap;
    const auto result = std::make_shared<ClaimResult>();
    const Instant asked_at = instant();
    const auto in_50_ms = static_cast<std::size_t>(machine_.throughput(commanded_at_) * 0.05);
    const std::size_t most = 2 * limits_.concurrency + in_50_ms + 1;
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
             *checked = world_.database.queue_state();
         },
         [this, checked](Ending ending) {
             if (ending != Ending::answered)
                 return deliver(QueryLost{});
             deliver(*checked);
         }});
}

// ---- posts ----

void Sender::carry_out(const Post& command) {
    const auto delay = std::chrono::duration_cast<Instant::duration>(
        world_.schedule.begin_delay * world_.random.uniform());
    world_.queue.after(delay, [this, command] { when_awake([this, command] { begin(command); }); });
}

void Sender::begin(const Post& post) {
    if (instant() > post.not_after) {
        ++world_.tally.held_back;
        return deliver(PostEnded{post.id, SendVerdict::not_begun, {}, false});
    }
    const RequestFate fate = world_.gateway.begin(world_.queue.now());
    const Ledger::Request request{post.id, post.attempt};
    if (fate.begun) {
        ++world_.tally.posts;
        world_.ledger.begun(request, world_.queue.now());
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
    const auto asked = fate.token_refused ? SendVerdict::no_entry : SendVerdict::refused;
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

// ---- settlements ----

Instant::duration Sender::pause_after(SendVerdict verdict) {
    if (verdict != SendVerdict::unreachable)
        return {};
    return std::chrono::duration_cast<Instant::duration>(
        std::chrono::duration<double>(3.0 * world_.random.uniform()));
}

AcceptedAnswer Sender::answer_to(const Settlement& settlement) const {
    const auto found = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) {
        return a.id == settlement.id && a.attempt == settlement.attempt;
    });
    if (found == answers_.end())
        throw Violation(fmt::format("{} is settled without an answer", settlement.id));
    return {found->id, found->attempt, found->message};
}

SettleTerms Sender::terms_of(const Settle& settle) {
    SettleTerms terms;
    terms.releases = settle.releases;
    terms.closes_circuit = settle.circuit_closed ? setup_.circuit : 0;
    terms.devices.resize(world_.schedule.devices);
    for (const Settlement& settlement : settle.settlements) {
        DeviceChange& device = terms.devices.at(settlement.device);
        RowState state = RowState::queued;
        switch (settlement.verdict) {
        case SendVerdict::accepted:
            terms.accepted.push_back(answer_to(settlement));
            ++device.accepted;
            continue;
        case SendVerdict::forbidden:
        case SendVerdict::refused: state = RowState::failed; break;
        case SendVerdict::unconfirmed:
            world_.ledger.doubtful(settlement.id);
            state = RowState::unconfirmed;
            break;
        case SendVerdict::throttled:
            device.throttled = true;
            device.retry_after = std::max(device.retry_after, settlement.retry_after);
            break;
        case SendVerdict::unreachable:
        case SendVerdict::not_begun: ++device.unposted; break;
        case SendVerdict::no_entry: break;
        }
        terms.ended.push_back(
            {settlement.id, settlement.attempt, state, pause_after(settlement.verdict)});
    }
    return terms;
}

void Sender::run_settle(const SettleTerms& terms, std::vector<AcceptedAnswer>& missing) {
    missing = world_.database.settle(terms);
    for (const AttemptId& attempt : terms.releases)
        world_.ledger.released(attempt);
    world_.note("   db: settled for #{}, {} not recorded", setup_.id, missing.size());
}

/// What could not be recorded is recorded already, or has an id that another recipient has, or was sent again.
void Sender::resolve_conflicts(const std::vector<AcceptedAnswer>& missing) {
    SettleTerms taken;
    for (const AcceptedAnswer& answer : missing) {
        switch (world_.database.find_recorded(answer)) {
        case RecordConflict::recorded_before: break;
        case RecordConflict::id_taken:
            ++world_.tally.known_ids;
            world_.ledger.doubtful(answer.id);
            taken.ended.push_back({answer.id, answer.attempt, RowState::unconfirmed, {}});
            break;
        case RecordConflict::resent:
            ++world_.tally.late_messages;
            world_.database.note_late_message(answer);
            break;
        case RecordConflict::gone: throw Violation("an accepted message is recorded nowhere");
        }
    }
    world_.database.settle(taken);
}

void Sender::forget_answers(const std::vector<AcceptedAnswer>& recorded) {
    const auto is_recorded = [&](const Answer& a) {
        return std::any_of(recorded.begin(), recorded.end(), [&](const AcceptedAnswer& done) {
            return done.id == a.id && done.attempt == a.attempt;
        });
    };
    answers_.erase(std::remove_if(answers_.begin(), answers_.end(), is_recorded), answers_.end());
}

void Sender::carry_out(const Settle& command) {
    const auto terms = std::make_shared<SettleTerms>(terms_of(command));
    const auto missing = std::make_shared<std::vector<AcceptedAnswer>>();
    const auto committed = [this, terms] {
        forget_answers(terms->accepted);
        deliver(Settled{});
    };
    const auto lost = [this] {
        ++world_.tally.lost_settlements;
        deliver(SettleLost{});
    };
    records_.exchange(
        {false, [this, terms, missing](bool) { run_settle(*terms, *missing); },
         [this, missing, committed, lost](Ending ending) {
             if (ending != Ending::answered)
                 return lost();
             if (missing->empty())
                 return committed();
             records_.exchange(
                 {false, [this, missing](bool) { resolve_conflicts(*missing); },
                  [committed, lost](Ending second) {
                      second == Ending::answered ? committed() : lost();
                  }});
         }});
}

// ---- the end ----

void Sender::carry_out(const Finish& command) {
    reason_ = command.reason;
    if (command.reason == SendStop::circuit_open)
        world_.database.open_circuit();
    ++world_.tally.ends.at(static_cast<std::size_t>(command.reason));
    const Settle& unsettled = command.unsettled;
    if (unsettled.settlements.empty() && unsettled.releases.empty())
        world_.ledger.check_finished(setup_.id);
    else if (!world_.calm && world_.chance(world_.schedule.spill_lost))
        world_.ledger.forgotten(setup_.id);
    else {
        ++world_.tally.spills;
        world_.spills.at(setup_.host).push_back({setup_.id, terms_of(unsettled)});
    }
    setup_.on_end();
}

void Sender::replay_spills() {
    auto& spills = world_.spills.at(setup_.host);
    for (const Spill& spill : spills) {
        world_.note("#{} replays what #{} left", setup_.id, spill.process);
        ++world_.tally.spills_replayed;
        std::vector<AcceptedAnswer> missing;
        run_settle(spill.terms, missing);
        resolve_conflicts(missing);
    }
    // A process that dies before it removes the file leaves it for another replay, which must change nothing.
    if (world_.calm || !world_.chance(0.2))
        spills.clear();
}

} // namespace blast::simulation
