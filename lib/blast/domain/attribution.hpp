#pragma once

#include "blast/domain/inbox_event.hpp"
#include "blast/domain/status.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace blast {

/// The key of a recipient: blast_recipients and blast_outbox.
struct RecipientKey {
    std::int64_t blast_id = 0;
    std::int64_t id = 0;

    bool operator==(const RecipientKey&) const = default;
    bool operator<(const RecipientKey& other) const {
        return blast_id != other.blast_id ? blast_id < other.blast_id : id < other.id;
    }
};

/// A message that the gateway has accepted.
struct SentMessage {
    RecipientKey key;
    std::string message_id;
    std::string device;
    std::int64_t sent_second =
        0; ///< epoch; the earlier of the time of recording and the gateway's, if that can be true
    bool erased = false; ///< the person has been erased since
};

/// A recipient that is not recorded as sent, but whose message may be on its way or there.
struct OpenAttempt {
    RecipientKey key;
    OutboxState state =
        OutboxState::sending;      ///< SENDING, UNCONFIRMED, or QUEUED again after an attempt
    std::string device;            ///< empty: not known
    std::int64_t begun_second = 0; ///< epoch; when it was claimed
    std::int64_t ended_second = 0; ///< epoch; the latest moment at which it can have been sent
};

/// How replies find their message, as the settings say it.
struct AttributionRules {
    /// A reply is credited to a message that was sent at most so long before it.
    std::chrono::seconds window = std::chrono::hours(7 * 24);
    /// The devices whose own number is known: E.164 to device id.
    std::map<std::string, std::string> device_of_number;
};

/// Which messages one reply can answer.
struct ReplyScope {
    std::int64_t earliest = 0; ///< epoch seconds: sent no earlier,
    std::int64_t latest = 0;   ///< and no later: the reply's own second
    std::string device;        ///< by this device; empty: by any
};

/// `at` is the reply's time in epoch seconds.
ReplyScope
reply_scope(const IncomingMessage& reply, std::int64_t at, const AttributionRules& rules);

enum class MatchVerdict {
    matched,  ///< it is about `key`
    confirms, ///< it is about `key`, whose attempt is UNCONFIRMED so far
    waits,    ///< nothing yet: to be tried again
};

struct Match {
    MatchVerdict verdict = MatchVerdict::waits;
    RecipientKey key;   ///< unless it waits
    std::string reason; ///< for people, why it waits
};

/// Two clocks, the gateway's and the database's, may differ by so much.
constexpr std::int64_t clock_slack_seconds = 5;

/// Which message a reply answers: the latest in its scope, the reply's own second included. It waits while a newer message
/// to the phone may be on its way (SENDING or UNCONFIRMED), rather than credit an older one. `sent` and `open` are those of
/// the phone, in any order.
Match match_reply(
    const ReplyScope& scope,
    const std::vector<SentMessage>& sent,
    const std::vector<OpenAttempt>& open);

/// Whether a receipt whose message id is not recorded anywhere tells the outcome of an UNCONFIRMED attempt: the phone is the
/// same, the device not another, the message's time lies inside the attempt (5 s of slack), and no other attempt to that
/// phone is open. A receipt without phone or time confirms nothing: the business also writes from its phone. `open` are
/// those of the receipt's phone.
Match match_unknown_receipt(const StatusReceipt& receipt, const std::vector<OpenAttempt>& open);

} // namespace blast
