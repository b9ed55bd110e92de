#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

/// Someone who stands at one state of a blast, with what a follow-up needs.
struct StuckRecipient {
    std::int64_t id = 0;
    std::string phone;  ///< E.164
    std::string status; ///< a Status or an OutboxState, as every output says it
    std::optional<WallTime>
        at; ///< when the message was accepted; of one that is not sent, when it was last tried
    std::string device;    ///< "" while it is open
    std::string reason;    ///< why it was not sent or not delivered; "" where there is none
    std::string variables; ///< own columns, a JSON object (variables_from_json)
};

/// A change of status, as the history has it.
struct HistoryEvent {
    std::string status;
    std::string source; ///< "send", "poll", "webhook" or "manual"
    WallTime at;
    bool timed_by_gateway = false; ///< the gateway's clock, else ours
    std::string detail;
};

/// All that is known of one recipient, sent to or not.
struct RecipientRecord {
    StuckRecipient recipient;
    std::string message_id; ///< "" while it is not sent
    std::int64_t variant = 0;
    std::optional<WallTime> delivered_at;
    std::optional<WallTime> read_at;
    std::optional<WallTime> replied_at;
    std::string reply_text;
    std::optional<WallTime> purchased_at;
    std::string purchase_amount;       ///< decimal, "" where none was given
    std::vector<HistoryEvent> history; ///< oldest first
};

} // namespace blast
