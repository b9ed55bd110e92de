#pragma once

#include "blast/domain/attribution.hpp"
#include "blast/domain/inbox_event.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace blast {

/// Whom a person's STOP reaches.
struct OptOutReach {
    std::set<std::string> phones; ///< the number that it came from, and the one that was written to
    std::vector<RecipientKey> queued; ///< for these phones, in any blast
};

/// What is known of the messages that a group of events may be about.
struct EventFacts {
    double now = 0;                 ///< the database's clock, epoch seconds
    std::set<std::size_t> repeated; ///< places in the group of events that have come before
    std::map<std::string, std::vector<SentMessage>> sent_by_message_id;
    std::map<std::string, std::vector<SentMessage>> sent_to_phone;
    std::map<std::string, std::vector<OpenAttempt>>
        open_attempts; ///< by phone; of QUEUED rows only those with an attempt
    std::map<std::string, OptOutReach> opt_out_reach; ///< by the number that wants no more
};

/// When an event happened: the gateway's time, unless there is none or it lies in the future.
struct EventTime {
    double at = 0; ///< epoch seconds
    bool gateway = false;
};

/// `received_at` is the database's time at which the event came, epoch seconds.
EventTime time_of(const IncomingMessage& message, double received_at);

/// What a receipt is about: all recipients whose message has its id; else, of an id that is not recorded, the attempt that
/// it confirms.
std::vector<Match> match_receipt(const StatusReceipt& receipt, const EventFacts& facts);

/// Whether it tells of a message to a person who has been erased since.
bool is_about_erased(const InboxEvent& event, const EventFacts& facts);

/// What a message from a person answers.
Match match_message(
    const IncomingMessage& message, const ReplyScope& scope, const EventFacts& facts);

} // namespace blast
