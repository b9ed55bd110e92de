#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

// What a pass of checks is told, and what it asks for: the two alphabets of PollMachine.

namespace blast {

/// A message in the pass's hands.
using MessageHandle = std::uint64_t;

/// Why a pass ends.
enum class PollEnd {
    done,          ///< nothing due is left
    deadline,      ///< the rest is left for the next pass
    interrupted,   ///< SIGINT
    terminated,    ///< SIGTERM
    token_refused, ///< the gateway refuses the token
    untrusted,     ///< its certificate is not trusted
    unresolved,    ///< its name cannot be resolved
    unreachable,   ///< it could not be reached at all
    database_away  ///< for a minute
};

// ---- events ----

/// Further candidates for checks, in the order of checks; `more` when there may be further ones.
struct CandidatesLoaded {
    std::size_t count = 0;
    bool more = false;
};
/// An exchange is committed; these are the messages that its claim got.
struct Exchanged {
    std::vector<MessageHandle> claimed;
};
/// What was asked of the database did not come through: it may have happened. An exchange's answers are to be written
/// again, what it claimed is lost to this pass.
struct DatabaseLost {};
/// The database can be used again.
struct DatabaseReady {};
/// The gateway was asked about a message.
struct CheckEnded {
    enum class Outcome { told, failed, token_refused, untrusted, unresolved };

    MessageHandle message = 0;
    Outcome outcome = Outcome::failed;
    bool answered = false; ///< by any HTTP answer, however wrong
    std::optional<std::chrono::seconds> retry_after;
};
struct PollStopRequested {
    PollEnd reason = PollEnd::interrupted;
};
/// Time has passed.
struct PollTick {};

using PollEvent = std::variant<
    CandidatesLoaded,
    Exchanged,
    DatabaseLost,
    DatabaseReady,
    CheckEnded,
    PollStopRequested,
    PollTick>;

// ---- commands ----

/// Load the next candidates.
struct LoadCandidates {};
/// In one transaction: write what was told of `told`, let go of `released`, claim the next `claim` candidates.
struct Exchange {
    std::vector<MessageHandle> told;
    std::vector<MessageHandle> released;
    std::size_t claim = 0;
};
/// Ask the gateway about a message. Answered by CheckEnded, never from within.
struct Check {
    MessageHandle message = 0;
    std::chrono::milliseconds timeout{};
};
struct EndPass {
    PollEnd reason = PollEnd::done;
};

using PollCommand = std::variant<LoadCandidates, Exchange, Check, EndPass>;

} // namespace blast
