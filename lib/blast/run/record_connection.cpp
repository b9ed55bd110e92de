#include "blast/run/record_connection.hpp"

#include "blast/domain/jid.hpp"
#include "blast/store/blast_store.hpp"

#include <algorithm>
#include <utility>

namespace blast {

namespace {

constexpr std::chrono::seconds pause_after_refusal{1};

AcceptedMessage accepted_message(
    const Settlement& settlement, const ClaimedRecipient& recipient, const std::string& device) {
    const SendAnswer& answer = recipient.answer;
    AcceptedMessage message;
    message.id = settlement.id;
    message.attempt = settlement.attempt.view();
    message.device = device;
    message.message_id = answer.message_id;
    message.message_timestamp = answer.message_timestamp;
    message.data = answer.data;
    const Jid jid = parse_jid(answer.remote_jid);
    if (jid.kind == JidKind::person && jid.phone != recipient.phone) {
        message.jid_phone = jid.phone;
    }
    return message;
}

std::string state_of(SendVerdict verdict) {
    switch (verdict) {
    case SendVerdict::refused: return "FAILED";
    case SendVerdict::unconfirmed: return "UNCONFIRMED";
    default: return "QUEUED";
    }
}

SettleRequest::DeviceChange& change_of(SettleRequest& request, const std::string& device) {
    const auto found =
        std::find_if(request.devices.begin(), request.devices.end(), [&](const auto& change) {
            return change.device == device;
        });
    if (found != request.devices.end()) {
        return *found;
    }
    request.devices.push_back({});
    request.devices.back().device = device;
    return request.devices.back();
}

void note_device(
    const Settlement& settlement,
    const std::string& counted_on,
    SettleRequest::DeviceChange& change) {
    switch (settlement.verdict) {
    case SendVerdict::accepted: ++change.accepted; break;
    case SendVerdict::not_begun:
    case SendVerdict::unreachable:
        if (!counted_on.empty()) {
            ++change.unposted[counted_on];
        }
        break;
    case SendVerdict::throttled:
        change.throttled = true;
        change.retry_after = std::max(change.retry_after, settlement.retry_after);
        break;
    default: break;
    }
}

} // namespace

SettleRequest settle_request(
    const SendPlan& plan,
    const Settle& settle,
    const ClaimedRecipients& in_hand,
    int counter_slot) {
    static const ClaimedRecipient nothing;
    SettleRequest request;
    request.blast_id = plan.blast_id;
    request.counter_slot = counter_slot;
    for (const Settlement& settlement : settle.settlements) {
        const std::string& device = plan.devices[settlement.device];
        const auto found = in_hand.find({settlement.id, settlement.attempt});
        const ClaimedRecipient& recipient = found != in_hand.end() ? found->second : nothing;
        if (settlement.verdict == SendVerdict::accepted) {
            request.accepted.push_back(accepted_message(settlement, recipient, device));
        } else {
            request.ended.push_back(
                {settlement.id, std::string(settlement.attempt.view()),
                 state_of(settlement.verdict), explain(settlement.verdict, recipient.answer), 0});
        }
        note_device(settlement, recipient.counted_on, change_of(request, device));
    }
    if (settle.circuit_closed) {
        request.closes_circuit = plan.circuit_opened_at;
    }
    for (const AttemptId& attempt : settle.releases) {
        request.releases.emplace_back(attempt.view());
    }
    return request;
}

RecordConnection::RecordConnection(
    EventLoop& loop, const SendPlan& plan, Random& random, ClaimedRecipients& in_hand, Tell tell)
    : loop_(loop),
      plan_(plan),
      in_hand_(in_hand),
      tell_(std::move(tell)),
      counter_slot_(draw_counter_slot(random)),
      connection_(
          loop,
          plan.database_url,
          random,
          {[this] { on_idle(); }, [this] { tell_(RecordsAway{}); }}) {}

const std::string& RecordConnection::last_failure() const {
    return failure_.empty() ? connection_.last_failure() : failure_;
}

void RecordConnection::execute(const Settle& settle) {
    settling_ = settle;
    work_.emplace(settle_request(plan_, settle, in_hand_, counter_slot_));
    pump();
}

void RecordConnection::beat() {
    beat_due_ = !ending_;
    pump();
}

void RecordConnection::note_stop(const std::string& stopped_by) {
    stopped_by_ = stopped_by;
    stop_due_ = true;
    pump();
}

void RecordConnection::finish(
    const std::string& stopped_by, std::function<void(std::optional<BlastCounts>)> on_done) {
    ending_ = true;
    beat_due_ = false; // one that came after the end would keep --due from the blast for a lease
    stop_due_ = false; // the end says it too
    stopped_by_ = stopped_by;
    on_done_ = std::move(on_done);
    pump();
}

void RecordConnection::on_idle() {
    pump();
    if (!refused_) {
        tell_(RecordsReady{});
    }
}

void RecordConnection::pump() {
    if (!connection_.idle()) {
        return;
    }
    if (stop_due_) {
        connection_.submit(
            {note_stop_statement(plan_.blast_id, stopped_by_)},
            [this](const PipelineOutcome& outcome) { on_stop_outcome(outcome); });
    } else if (work_) {
        connection_.submit(
            work_->next(), [this](const PipelineOutcome& outcome) { on_settle_outcome(outcome); });
    } else if (on_done_) {
        connection_.submit(
            {end_heartbeat_statement(plan_.blast_id, plan_.sender, stopped_by_),
             blast_counts_statement(plan_.blast_id)},
            [this](const PipelineOutcome& outcome) {
                const auto on_done = std::exchange(on_done_, nullptr);
                on_done(
                    outcome.failure ? std::nullopt
                                    : std::optional(read_blast_counts(outcome.results.back())));
            });
    } else if (beat_due_) {
        beat_due_ = false;
        connection_.submit(
            {heartbeat_statement(plan_.blast_id, plan_.sender, plan_.lease())},
            [this](const PipelineOutcome& outcome) { on_beat_outcome(outcome); });
    }
}

void RecordConnection::on_stop_outcome(const PipelineOutcome& outcome) {
    stop_due_ = !ending_ && outcome.failure && outcome.failure->connection_lost();
    on_beat_outcome(outcome);
}

void RecordConnection::on_beat_outcome(const PipelineOutcome& outcome) {
    if (!outcome.failure || !outcome.failure->connection_lost()) {
        return;
    }
    if (work_) {
        give_up_settling(WorkProgress::lost); // it waited behind the heartbeat
    } else {
        tell_(RecordsAway{});
    }
}

void RecordConnection::on_settle_outcome(const PipelineOutcome& outcome) {
    const WorkProgress progress = work_->take(outcome);
    if (progress == WorkProgress::more) {
        return; // on_idle goes on
    }
    if (progress != WorkProgress::done) {
        give_up_settling(progress);
        return;
    }
    work_.reset();
    failure_.clear();
    for (const Settlement& settlement : settling_.settlements) {
        in_hand_.erase({settlement.id, settlement.attempt});
    }
    tell_(Settled{});
}

void RecordConnection::give_up_settling(WorkProgress progress) {
    failure_ = work_->failure();
    work_.reset();
    refused_ = progress == WorkProgress::failed;
    tell_(SettleLost{});
    if (!refused_) {
        return;
    }
    loop_.schedule(BootClock::now() + pause_after_refusal, [this] {
        refused_ = false;
        if (connection_.idle()) {
            tell_(RecordsReady{});
        }
    });
}

} // namespace blast
