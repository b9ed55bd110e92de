#pragma once

#include "blast/core/log.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/domain/blast_counts.hpp"
#include "blast/domain/send_machine.hpp"
#include "blast/run/claim_connection.hpp"
#include "blast/run/message_poster.hpp"
#include "blast/run/record_connection.hpp"
#include "blast/run/send_plan.hpp"

#include <functional>
#include <optional>
#include <string>

namespace blast {

/// What a run has done so far.
struct SendProgress {
    std::int64_t sent = 0;
    std::int64_t failed = 0;
    std::int64_t unconfirmed = 0;
    double per_second = 0; ///< at present
};

/// How a run ended.
struct SendEnd {
    SendStop reason = SendStop::done;
    SendProgress progress;
    std::optional<BlastCounts> counts; ///< nothing when the database could not tell any more
    std::string why;                   ///< for people; empty when done
    std::string stopped_by;            ///< "person" or "circuit": --due leaves it alone; else empty
    std::string outcome_file;          ///< what the database could not take is there; else empty
};

/// Sends one blast until nothing is queued or something stops it: one event loop on which the gateway's and the
/// database's sockets are waited for together. The decisions are SendMachine's. One thread.
class SendRun {
public:
    /// `plan`, `stop` and `random` must outlive the object. `state_folder` takes outcomes that the database cannot.
    SendRun(const SendPlan& plan, const StopSignal& stop, Random& random, std::string state_folder);

    /// Called at most ten times a second.
    void on_progress(std::function<void(const SendProgress&)> callback) {
        on_progress_ = std::move(callback);
    }

    /// Called for each message that did not get through, with its phone (E.164) and why, for people.
    void on_failure(std::function<void(const std::string&, const std::string&)> callback) {
        poster_.on_failure(std::move(callback));
    }

    /// Called once when SIGHUP, SIGINT or SIGTERM comes and something is in flight that is waited for.
    void on_stop(std::function<void()> callback) { on_stop_ = std::move(callback); }

    /// Throws UnavailableError when outcomes could neither be recorded nor kept in a file.
    SendEnd run();

private:
    void feed(const SendEvent& event);
    void obey(const SendCommand& command);
    void on_post_ended(const PostEnded& event);
    void watch_stop_signal();
    void watch_window();
    void arm_timer();
    void beat();
    void show_progress();
    void finish(const Finish& finish);
    std::string explain_end(SendStop reason) const;

    const SendPlan& plan_;
    const StopSignal& stop_;
    std::string state_folder_;
    SystemClock clock_;
    EventLoop loop_;
    ClaimedRecipients in_hand_;
    SendMachine machine_;
    ClaimConnection claims_;
    RecordConnection records_;
    MessagePoster poster_;
    std::function<void(const SendProgress&)> on_progress_;
    std::function<void()> on_stop_;
    WallTime window_closes_at_{}; ///< when it is closed already: long ago
    bool window_closed_ = false;
    Instant progress_shown_at_{};
    EventLoop::Timer tick_ = 0;
    Instant tick_at_ = Instant::max();
    SendEnd end_;
    bool ended_ = false;
};

} // namespace blast
