#include "unit/simulation/gateway_model.hpp"

namespace blast::simulation {

namespace {

SendAnswer success(MessageId message) {
    SendAnswer answer;
    answer.transport = Transport::answered;
    answer.http_status = 200;
    answer.is_json = true;
    answer.success = true;
    if (message != 0)
        answer.message_id = std::to_string(message);
    return answer;
}

void lose(RequestFate& fate, Transport transport, Instant::duration after) {
    fate.answer = {};
    fate.answer.transport = transport;
    fate.answer.request_begun = fate.begun;
    fate.ends_after = after;
}

void refuse(RequestFate& fate, long status, const char* words) {
    fate.answer = {};
    fate.answer.transport = Transport::answered;
    fate.answer.http_status = status;
    fate.answer.is_json = true;
    fate.answer.success = false;
    fate.answer.words = words;
}

} // namespace

std::optional<GatewayFault> GatewayModel::draw_fault(Instant now) {
    if (calm_)
        return std::nullopt;
    for (const Outage& outage : schedule_.gateway_outages) {
        if (outage.covers(now)) {
            ++tally_.gateway_outages;
            return GatewayFault::unreachable;
        }
    }
    if (schedule_.gateway_faults.empty() || random_.uniform() >= schedule_.gateway_fault)
        return std::nullopt;
    const auto fault = schedule_.gateway_faults.at(random_.below(schedule_.gateway_faults.size()));
    ++tally_.gateway_faults.at(static_cast<std::size_t>(fault));
    return fault;
}

void GatewayModel::accept(RequestFate& fate) {
    fate.accepted = ++last_message_;
    fate.answer = success(fate.accepted);
}

RequestFate GatewayModel::begin(Instant now) {
    RequestFate fate;
    const double slowdown_factor = 1.0 + 2.0 * random_.uniform();
    fate.ends_after =
        std::chrono::duration_cast<Instant::duration>(schedule_.gateway_delay * slowdown_factor);
    const auto fault = draw_fault(now);
    if (fault)
        spoil(fate, *fault);
    else
        accept(fate);
    if (fate.ends_after > schedule_.request_timeout) {
        lose(fate, Transport::timed_out, schedule_.request_timeout);
        fate.proven_unsent = false;
    }
    fate.accepted_after = fate.ends_after / 2;
    return fate;
}

void GatewayModel::spoil(RequestFate& fate, GatewayFault fault) {
    const auto wait = std::chrono::seconds(1 + random_.below(20));
    switch (fault) {
    case GatewayFault::accepted_answer_lost:
        accept(fate);
        return lose(fate, Transport::broken, fate.ends_after);
    case GatewayFault::accepted_too_late:
        accept(fate);
        return lose(fate, Transport::timed_out, schedule_.request_timeout);
    case GatewayFault::accepted_error_page:
        accept(fate);
        fate.answer = {};
        fate.answer.transport = Transport::answered;
        fate.answer.http_status = 502;
        return;
    case GatewayFault::accepted_unreadable:
        accept(fate);
        fate.answer = success(0);
        return;
    case GatewayFault::accepted_known_id:
        accept(fate);
        fate.accepted =
            1 + static_cast<MessageId>(random_.below(static_cast<std::uint64_t>(fate.accepted)));
        fate.answer = success(fate.accepted);
        return;
    case GatewayFault::lost_before: return lose(fate, Transport::broken, fate.ends_after);
    case GatewayFault::server_error: return refuse(fate, 503, "try again");
    case GatewayFault::refused: return refuse(fate, 400, "not on WhatsApp");
    case GatewayFault::refused_in_doubt: accept(fate); return refuse(fate, 200, "Timed Out");
    case GatewayFault::throttled_with_wait:
    case GatewayFault::throttled:
        refuse(fate, 429, "slow down");
        fate.proven_unsent = true;
        if (fault == GatewayFault::throttled_with_wait)
            fate.answer.retry_after = wait;
        return;
    case GatewayFault::certificate_not_trusted:
    case GatewayFault::unreachable:
        fate.begun = false;
        return lose(
            fate,
            fault == GatewayFault::unreachable ? Transport::not_connected : Transport::untrusted,
            fate.ends_after);
    case GatewayFault::forbidden: return refuse(fate, 403, "no");
    case GatewayFault::token_refused:
    case GatewayFault::token_forbidden:
        fate.proven_unsent = true;
        fate.token_refused = true;
        return refuse(fate, fault == GatewayFault::token_refused ? 401 : 403, "no");
    case GatewayFault::count: break;
    }
}

} // namespace blast::simulation
