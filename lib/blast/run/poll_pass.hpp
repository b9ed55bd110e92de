#pragma once

#include "blast/core/event_loop.hpp"
#include "blast/core/random.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/domain/check_claims.hpp"
#include "blast/domain/poll_machine.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/gateway/status_answer.hpp"
#include "blast/store/async_connection.hpp"
#include "blast/store/poll_store.hpp"
#include "blast/store/tracking_changes.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace blast {

/// What one pass checks, and how.
struct PollPassPlan {
    std::string database_url;
    GatewaySettings gateway;
    std::vector<std::int64_t> blasts;
    DueRule rule;
    std::int64_t due = 0; ///< messages, when it began
    PollLimits limits;
    int counter_slot = 0;
};

/// What a pass did.
struct PollPassResult {
    PollEnd end = PollEnd::done;
    PollCounts counts;
    StatusCounts changed;
    bool ever_answered = false; ///< by the gateway, with anything
    std::string last_failure;   ///< of a check, for people; empty when none failed
    std::string database_failure;
};

/// How a pass ends that a signal (SIGHUP, SIGINT, SIGTERM) stops.
PollEnd poll_end_for(int signal);

/// One pass over the messages of some blasts that are due for a check: one event loop on which the gateway's and the
/// database's sockets are waited for together. The decisions are PollMachine's; memory does not grow with the number of
/// messages. One thread.
class PollPass {
public:
    /// All arguments must outlive the object.
    PollPass(const PollPassPlan& plan, const StopSignal& stop, Random& random);

    /// Called at most ten times a second.
    void on_progress(std::function<void(const PollCounts&)> callback) {
        on_progress_ = std::move(callback);
    }

    /// Throws UnavailableError when the database refuses what it is told again and again.
    PollPassResult run();

private:
    /// A message that is claimed, and what the gateway said of it.
    struct HeldMessage {
        ClaimedMessage message;
        CheckClaims::Number claim = 0;
        StatusAnswer answer;
    };
    /// A claim that is under way.
    struct Asked {
        std::int64_t blast_id = 0;
        std::string claim_id;
    };

    void feed(const PollEvent& event);
    void obey(const LoadCandidates& load);
    void obey(const Exchange& exchange);
    void obey(const Check& check);
    void obey(const EndPass& end);

    std::vector<Statement> exchange_statements(const Exchange& exchange);
    std::vector<Statement> answered_statements(const std::vector<MessageHandle>& answered);
    void add_releases(const Exchange& exchange, std::vector<Statement>& statements);
    void add_claims(std::size_t count, std::vector<Statement>& statements);
    void on_candidates(std::size_t limit, const PipelineOutcome& outcome);
    void on_exchanged(const Exchange& exchange, const PipelineOutcome& outcome);
    std::vector<MessageHandle> take_claimed(const Results& results);
    void on_answer(MessageHandle message, const HttpAnswer& http);
    bool failed(const PipelineOutcome& outcome);
    std::size_t page_limit() const;
    void watch_stop_signal();
    void arm_timer();
    void show_progress();

    const PollPassPlan& plan_;
    const StopSignal& stop_;
    Random& random_;
    EventLoop loop_;
    PollMachine machine_;
    HttpEngine engine_;
    AsyncConnection connection_;

    std::vector<RecipientKey> candidates_;
    std::ptrdiff_t claimed_candidates_ = 0; ///< of them, from the first on
    std::optional<PollCandidate> last_candidate_;
    std::int64_t loaded_ = 0; ///< candidates so far
    std::unordered_map<MessageHandle, HeldMessage> in_hand_;
    MessageHandle next_handle_ = 1;
    std::vector<std::size_t> status_results_; ///< of the exchange under way
    std::vector<Asked> asked_; ///< of the exchange under way: a result each, the last ones
    CheckClaims claims_;
    int refusals_ = 0;

    PollPassResult result_;
    bool ended_ = false;
    std::function<void(const PollCounts&)> on_progress_;
    Instant progress_shown_at_{};
    EventLoop::Timer tick_ = 0;
};

} // namespace blast
