#pragma once

#include "blast/domain/send_outcome.hpp"
#include "blast/store/send_store.hpp"

#include <unordered_map>

namespace blast {

/// A claimed recipient, and what came back for it once something has.
struct InHand {
    ClaimedRecipient recipient;
    SendAnswer answer;
};

/// By the recipient's id: from its claim until it is settled.
using RecipientsInHand = std::unordered_map<std::int64_t, InHand>;

} // namespace blast
