#pragma once

#include "blast/store/opt_out_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

class Connection;

// What a person says of a blast's recipients, each committed when it returns. All throw DatabaseError.

/// How a try to resolve an UNCONFIRMED recipient ended.
struct Resolution {
    bool resolved = false;
    std::string
        state; ///< where the recipient stands otherwise; "" when the blast has no such recipient
};

/// `sent`: DROPPED, sent but its message id unknown; else QUEUED again. Only for a recipient that is UNCONFIRMED, or SENDING
/// by a sender that died. `phone` is E.164.
Resolution resolve_unconfirmed(
    Connection& connection, std::int64_t blast_id, const std::string& phone, bool sent);

/// What became of a blast that was cancelled.
struct Cancellation {
    std::int64_t dropped = 0; ///< that were queued
    std::vector<MessageOnItsWay> on_their_way;
};

/// Drops what the blast still has queued. What its senders hold is dropped too when it comes back unsent; they hear of it
/// within a second.
Cancellation cancel_blast(Connection& connection, std::int64_t blast_id);

} // namespace blast
