#pragma once

#include "blast/store/send_store.hpp"

#include <functional>
#include <unordered_map>

namespace blast {

/// A recipient and the claim that holds it. One that went back to the queue can be claimed again before the answer
/// arrives that says so (claims and records have connections of their own), and is in hand twice then.
struct ClaimKey {
    std::int64_t id = 0;
    AttemptId attempt;

    bool operator==(const ClaimKey& other) const = default;
};
struct ClaimKeyHash {
    std::size_t operator()(const ClaimKey& key) const { return std::hash<std::int64_t>()(key.id); }
};

/// What a run has in hand: from the claim until its outcome is recorded.
using ClaimedRecipients = std::unordered_map<ClaimKey, ClaimedRecipient, ClaimKeyHash>;

} // namespace blast
