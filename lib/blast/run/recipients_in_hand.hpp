#pragma once

#include "blast/domain/send_outcome.hpp"
#include "blast/store/send_store.hpp"

#include <functional>
#include <unordered_map>

namespace blast {

/// A claimed recipient, and what came back for it once something has.
struct InHand {
    ClaimedRecipient recipient;
    SendAnswer answer;
};

/// A recipient and the claim that holds it. One that went back to the queue can be claimed again before the answer
/// arrives that says so (claims and records have connections of their own), and is in hand twice then.
struct HandKey {
    std::int64_t id = 0;
    AttemptId attempt;

    bool operator==(const HandKey& other) const = default;
};
struct HandHash {
    std::size_t operator()(const HandKey& key) const { return std::hash<std::int64_t>()(key.id); }
};

/// From the claim until it is settled.
using RecipientsInHand = std::unordered_map<HandKey, InHand, HandHash>;

} // namespace blast
