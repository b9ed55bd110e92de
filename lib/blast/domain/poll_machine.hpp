#pragma once

#include "blast/core/backoff.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/random.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace blast {

/// Leaves a gateway that fails alone: from the third failure in a row on it rests for growing gaps, 1 s doubling to 30 s,
/// or as long as Retry-After says, and then is tried with one request at a time until one succeeds. Not thread-safe.
class GatewayBackoff {
public:
    explicit GatewayBackoff(Random& random) : random_(random) {}

    void succeeded();
    void failed(Instant now, std::optional<std::chrono::seconds> retry_after);

    /// Requests that may be under way at once, of `concurrency`: none while it rests.
    std::size_t allowed(Instant now, std::size_t concurrency) const;
    /// The end of the rest; long ago when it does not rest.
    Instant rests_until() const noexcept { return rests_until_; }
    /// How often it has rested since the last success.
    int rests() const noexcept { return rests_; }

private:
    Random& random_;
    Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(30)};
    int failures_ = 0;
    int rests_ = 0;
    Instant rests_until_{};
};

/// A message in the pass's hands.
using MessageHandle = std::uint64_t;

/// Why a pass ends.
enum class PollEnd {
    done,          ///< nothing due is left
    deadline,      ///< the rest is left for the next pass
    hung_up,       ///< SIGHUP
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
    enum class Outcome { answered, failed, token_refused, untrusted, unresolved };

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
    std::vector<MessageHandle> answered;
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

/// What a pass may do, decided before it starts.
struct PollLimits {
    std::optional<double> per_second = 20; ///< nothing: as fast as the gateway answers
    std::size_t concurrency = 8;
    Instant deadline = Instant::max(); ///< checks are begun so that they end by it
    std::chrono::milliseconds request_limit{10'000};
    std::chrono::milliseconds lease{40'000};           ///< of a claim; longer than any request
    std::chrono::milliseconds database_budget{60'000}; ///< how long the database may be away
};

/// What became of the candidates so far.
struct PollCounts {
    std::int64_t checked = 0;  ///< the gateway told something of them
    std::int64_t failed = 0;   ///< it was asked, in vain
    std::int64_t skipped = 0;  ///< another run had them, or they were not due any more
    std::int64_t released = 0; ///< claimed, but not asked about in time
};

/// One pass of checks by one process, as a pure machine: events and the time come in, commands go out. It decides what is
/// claimed, asked, written and let go; it knows no SQL, no HTTP and no clock. A message is asked about at most once, only
/// while its claim's lease is safe; what was claimed is written or let go before the pass ends. Not thread-safe.
class PollMachine {
public:
    PollMachine(const PollLimits& limits, Random& random, Instant now);

    /// The commands that follow from `event`, in order. LoadCandidates, Exchange and Check are answered by an event later,
    /// never from within.
    std::vector<PollCommand> next(const PollEvent& event, Instant now);

    /// When it wants a PollTick at the latest.
    Instant wake_at(Instant now) const;

    const PollCounts& counts() const noexcept { return counts_; }
    /// Whether the gateway has answered anything at all.
    bool ever_answered() const noexcept { return ever_answered_; }

private:
    struct Held {
        MessageHandle message = 0;
        Instant lease_ends{};
    };

    void take(const CandidatesLoaded& event, Instant now);
    void take(const Exchanged& event, Instant now);
    void take(const DatabaseLost& event, Instant now);
    void take(const DatabaseReady& event, Instant now);
    void take(const CheckEnded& event, Instant now);
    void take(const PollStopRequested& event, Instant now);
    void take(const PollTick& event, Instant now);

    void end_for(PollEnd reason);
    void let_ready_go();
    void watch_limits(Instant now);
    void begin_checks(std::vector<PollCommand>& commands, Instant now);
    bool may_begin(Instant now) const;
    Check begin(const Held& held, std::chrono::milliseconds limit, Instant now);
    std::chrono::milliseconds time_for_request(const Held& held, Instant now) const;
    void use_database(std::vector<PollCommand>& commands, Instant now);
    void begin_exchange(std::size_t claim, Instant now);
    bool wants_candidates(bool claims) const;
    bool wants_claim(Instant now) const;
    bool wants_write(Instant now) const;
    std::size_t next_claim() const;
    bool claims_no_more() const;
    bool nothing_to_ask() const;
    bool is_finished() const;
    std::size_t batch() const;
    std::chrono::nanoseconds gap() const;

    PollLimits limits_;
    GatewayBackoff rest_;
    PollCounts counts_;
    std::optional<PollEnd> ending_;
    bool ended_ = false;

    std::size_t candidates_ = 0; ///< loaded and not claimed yet
    bool more_candidates_ = true;
    bool database_ready_ = false;
    bool database_busy_ = false;
    std::optional<Instant> database_away_since_;
    Exchange exchange_; ///< the one under way, for the case that its answer is lost
    Instant exchange_begun_at_{};

    std::deque<Held> ready_; ///< claimed, not asked about yet
    std::vector<MessageHandle> told_;
    std::vector<MessageHandle> released_;
    Instant unwritten_since_{};

    Instant next_check_at_{};
    std::chrono::nanoseconds usual_latency_{};
    bool ever_answered_ = false;
    std::unordered_map<MessageHandle, Instant> begun_at_;
};

} // namespace blast
