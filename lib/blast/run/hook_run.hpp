#pragma once

#include "blast/core/event_loop.hpp"
#include "blast/core/log.hpp"
#include "blast/core/random.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/run/event_intake.hpp"
#include "blast/run/hook_server.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/async_connection.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace blast {

/// Serves webhooks until a signal: what has arrived is taken in, a group a transaction, and answered with 200 when it is
/// durable; while the database is away it is answered with 503. Under load a group waits at most 1 ms for those who were
/// answered just before, so that they share a commit. Between groups events that came before their message was recorded are
/// tried again: what is new each second, what is older than 15 s every 10 s, than 10 minutes each minute. One thread, one
/// connection to the database.
class HookRun {
public:
    /// Takes `listener` over. All references must outlive the object.
    HookRun(
        int listener,
        const std::string& secret,
        std::string database_url,
        const IntakeRules& rules,
        const Log& log);

    /// Returns when the signal has come and what had arrived by then is answered, after at most 10 s.
    IntakeCounts run(const StopSignal& stop);

private:
    void work();
    bool gathers();
    void begin_group();
    void submit_group();
    void go_on_with_retry();
    void on_group(const PipelineOutcome& outcome);
    void on_retry(const PipelineOutcome& outcome);
    void end_group(HookAnswer answer);
    void answer_unavailable();
    void on_away();
    void on_back();
    void on_second();
    void stop_soon();
    bool finished() const;

    const IntakeRules& rules_;
    const Log& log_;
    Random random_;
    EventLoop loop_;
    HookServer server_;
    AsyncConnection connection_;

    std::vector<HookServer::Waiting> group_; ///< whose events are being taken in
    std::unique_ptr<EventIntake> intake_;
    std::size_t expected_ = 0; ///< how many may come back at once after the last group
    Instant gathers_until_{};
    std::optional<EventLoop::Timer> gathering_timer_;
    std::optional<WaitingEvents> retry_;
    bool retry_is_due_ = false;
    int groups_since_retry_ = 0;
    int seconds_ = 0;
    bool was_away_ = false;
    IntakeCounts counts_;
    std::optional<Instant> stop_by_;
};

} // namespace blast
