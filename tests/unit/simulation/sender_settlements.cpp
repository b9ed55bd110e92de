// How a sender records what became of its recipients: in the database, or at its end in what the next one replays.
#include "unit/simulation/sender.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace blast::simulation {

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
        case SendVerdict::unauthorized: break;
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
    else if (!world_.calm && world_.chance(world_.schedule.spill_lost)) {
        ++world_.tally.lost_spills;
        world_.ledger.forgotten(setup_.id);
    } else {
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
    world_.tally.spills_left += spills.size();
}

} // namespace blast::simulation
