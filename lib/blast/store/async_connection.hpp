#pragma once

#include "blast/core/backoff.hpp"
#include "blast/core/event_loop.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/prepared_statements.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct pg_conn;

namespace blast {

class PipelineAnswers;

/// How a group of statements ended: results, or the failure. A failure with connection_lost() leaves open whether the
/// group was committed.
struct PipelineOutcome {
    Results results;
    std::optional<DatabaseError> failure;
};

/// One connection to PostgreSQL on an event loop, for one group of statements at a time. It reconnects by itself with
/// jittered backoff when it is lost, for as long as it lives; the group that was under way ends as lost and is not
/// repeated. What the server rolls back for a reason that passes it tries again, a few times, with growing gaps. Behind a
/// transaction pooler as safe as Connection, and as free of the role's settings: statements are prepared only where there is
/// no pooler. Not thread-safe.
class AsyncConnection {
public:
    /// Called from the loop: whenever the connection becomes ready for a group, and when it is lost while it was idle.
    struct Handlers {
        std::function<void()> on_idle;
        std::function<void()> on_away;
    };

    /// Starts to connect. A group that has no answer for `answer_limit` counts as lost.
    AsyncConnection(
        EventLoop& loop,
        std::string url,
        Random& random,
        Handlers handlers,
        std::chrono::seconds answer_limit = std::chrono::seconds(30));
    ~AsyncConnection();
    AsyncConnection(const AsyncConnection&) = delete;
    AsyncConnection& operator=(const AsyncConnection&) = delete;
    AsyncConnection(AsyncConnection&&) = delete;
    AsyncConnection& operator=(AsyncConnection&&) = delete;

    bool idle() const noexcept { return state_ == State::idle; }
    /// Since when there is no usable connection; nothing while there is one.
    std::optional<Instant> away_since() const noexcept { return away_since_; }
    /// Why the last connection or attempt to connect ended.
    const std::string& last_failure() const noexcept { return last_failure_; }

    /// Only while idle. All statements are one transaction, begun with the settings of transaction_settings.sql; `on_end` is called once, from the loop, when the Sync is
    /// answered or the connection is lost.
    void submit(std::vector<Statement> statements, std::function<void(PipelineOutcome)> on_end);

private:
    enum class State { waiting, connecting, idle, busy };
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };

    class ConnectionStart;

    void connect();
    void on_started();
    void continue_connecting();
    void become_idle();
    void on_ready();
    void send(const std::vector<Statement>& statements, const TransactionPart& part);
    void on_answered();
    void on_rolled_back();
    void flush_and_watch();
    void look_for_pooler(Results& results);
    void end_group(PipelineOutcome outcome);
    void lose(const std::string& why);

    EventLoop& loop_;
    std::string url_;
    Random& random_;
    Backoff backoff_;
    Handlers handlers_;
    std::chrono::seconds answer_limit_;
    std::shared_ptr<ConnectionStart> start_; ///< of the connection that is being made
    std::unique_ptr<pg_conn, Close> connection_;
    State state_ = State::waiting;
    std::optional<Instant> away_since_;
    std::string last_failure_;
    EventLoop::Timer timer_ = 0;
    int watched_ = -1;
    bool pooler_looked_for_ = false;
    std::optional<PreparedStatements> prepared_; ///< only without a pooler
    std::vector<Statement> group_;               ///< under way
    Retries retries_;                            ///< of the group
    std::optional<DatabaseError> failure_;       ///< of the group, while it is being rolled back
    std::unique_ptr<PipelineAnswers> answers_;
    std::function<void(PipelineOutcome)> on_end_;
};

} // namespace blast
