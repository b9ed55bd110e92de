#include "blast/run/event_plan.hpp"

#include "blast/gateway/webhook_event.hpp"

#include <map>
#include <set>

namespace blast {

namespace {

Matches match_event(const ArrivedEvent& arrived, const EventFacts& facts) {
    if (const auto* const receipt = std::get_if<StatusReceipt>(&arrived.event->content)) {
        return match_receipt(*receipt, facts);
    }
    if (const auto* const message = std::get_if<IncomingMessage>(&arrived.event->content)) {
        return {match_message(*message, arrived.scope, facts)};
    }
    return {};
}

bool confirms(const Matches& matches) {
    return matches.size() == 1 && matches.front().verdict == MatchVerdict::confirms;
}

const std::string& message_id(const ArrivedEvent& arrived) {
    return std::get<StatusReceipt>(arrived.event->content).message_id;
}

void drop_rival_confirmations(const std::vector<ArrivedEvent>& events, std::vector<Matches>& all) {
    std::map<RecipientKey, std::set<std::string>> claimants;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (confirms(all[i])) {
            claimants[all[i].front().key].insert(message_id(events[i]));
        }
    }
    for (Matches& matches : all) {
        if (confirms(matches) && claimants[matches.front().key].size() > 1) {
            matches = {{MatchVerdict::waits, {}, "several messages could be the unconfirmed one"}};
        }
    }
}

Confirmation confirmation_by(const InboxEvent& event, const RecipientKey& key) {
    const auto& receipt = std::get<StatusReceipt>(event.content);
    Confirmation confirmation;
    confirmation.key = key;
    confirmation.message_id = receipt.message_id;
    confirmation.message_timestamp = receipt.message_timestamp.value_or(0);
    confirmation.device = receipt.device;
    confirmation.data = webhook_jsonb(event.body);
    return confirmation;
}

void add_receipt(const InboxEvent& event, const Match& match, TrackingChanges& changes) {
    const auto& receipt = std::get<StatusReceipt>(event.content);
    if (match.verdict == MatchVerdict::confirms) {
        changes.add(confirmation_by(event, match.key));
    }
    changes.add(StatusReport{
        match.key, receipt.message_id, receipt.status, receipt.c2s_timestamp, receipt.reason});
}

} // namespace

std::vector<Matches>
match_events(const std::vector<ArrivedEvent>& events, const EventFacts& facts) {
    std::vector<Matches> all;
    all.reserve(events.size());
    for (const ArrivedEvent& arrived : events) {
        all.push_back(match_event(arrived, facts));
    }
    drop_rival_confirmations(events, all);
    return all;
}

bool is_applicable(const Matches& matches) {
    return !matches.empty() && matches.front().verdict != MatchVerdict::waits;
}

void add_changes(const ArrivedEvent& arrived, const Matches& matches, TrackingChanges& changes) {
    for (const Match& match : matches) {
        if (const auto* const message = std::get_if<IncomingMessage>(&arrived.event->content)) {
            const EventTime time = time_of(*message, arrived.received_at);
            changes.add(ReplyReport{match.key, time.at, time.gateway, message->text});
        } else {
            add_receipt(*arrived.event, match, changes);
        }
    }
}

} // namespace blast
