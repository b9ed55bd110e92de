#include "blast/run/poll_run.hpp"

#include "blast/core/error.hpp"
#include "blast/run/poll_pass.hpp"
#include "blast/run/reconnect.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/blast_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <poll.h>

namespace blast {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_pause{30'000};
constexpr milliseconds shortest_pause{1'000};

/// The passes of one run.
class PollRun {
public:
    PollRun(
        const PollRequest& request,
        Connection& connection,
        const StopSignal& stop,
        Random& random,
        const PollProgress& on_progress)
        : request_(request),
          connection_(connection),
          stop_(stop),
          random_(random),
          on_progress_(on_progress),
          counter_slot_(draw_counter_slot(random)) {}

    PollSummary run() {
        prepare();
        bool goes_on = pass();
        while (request_.watch && goes_on && pause()) {
            goes_on = pass();
        }
        return summary_;
    }

private:
    void prepare() {
        if (request_.blast && !load_blast(connection_, request_.blast)) {
            throw UsageError(
                fmt::format("there is no blast {}", *request_.blast),
                "blast-report --list shows those that there are");
        }
        if (request_.everything) {
            rule_.unchecked_since = read_poll_start(execute(poll_start_statement()));
        }
    }

    /// False when there is no need, or no point, in another one. A database that restarted is waited for.
    bool pass() {
        deadline_ = BootClock::now() + request_.deadline;
        try {
            return pass_once();
        } catch (const DatabaseError& error) {
            if (!error.connection_lost()) {
                throw;
            }
        }
        reconnect(connection_, request_.database_url, random_);
        return pass_once();
    }

    bool pass_once() {
        retry_waiting(connection_, counter_slot_);
        const std::vector<std::int64_t> blasts =
            read_blast_ids(execute(open_blasts_statement(request_.blast)));
        survey_ = read_survey(execute(survey_statement(blasts, rule_)));
        summary_.left = 0;
        told_nothing_ = false;
        return survey_.due > 0 ? check(blasts) : survey_.moving > 0;
    }

    bool check(const std::vector<std::int64_t>& blasts) {
        PollPassPlan plan;
        plan.database_url = request_.database_url;
        plan.gateway = request_.gateway;
        plan.blasts = blasts;
        plan.rule = rule_;
        plan.due = survey_.due;
        plan.limits.per_second = request_.per_second;
        plan.limits.concurrency = request_.concurrency;
        plan.limits.deadline = deadline_;
        plan.counter_slot = counter_slot_;
        PollPass pass(plan, stop_, random_);
        if (on_progress_) {
            pass.on_progress([this](const PollCounts& counts) {
                on_progress_(counts.checked + counts.failed, survey_.due);
            });
        }
        return add(pass.run());
    }

    /// What a pass failed to check, or left, is due again in the next one, and is counted once.
    bool add(const PollPassResult& result) {
        const PollCounts& counts = result.counts;
        summary_.checked += counts.checked;
        skipped_ += counts.skipped;
        summary_.failed = counts.failed;
        summary_.left = std::max<std::int64_t>(
            0, survey_.due - counts.checked - counts.failed - counts.skipped);
        summary_.due = summary_.checked + summary_.failed + summary_.left + skipped_;
        told_nothing_ = counts.failed > 0 && (counts.checked == 0 || summary_.left == 0);
        for (const auto& [status, count] : result.changed) {
            summary_.changed[status] += count;
        }
        summary_.end = result.end;
        ever_answered_ = ever_answered_ || result.ever_answered;
        summary_.nothing_could_be_asked = summary_.failed > 0 && !ever_answered_;
        summary_.why =
            result.end == PollEnd::database_away ? result.database_failure : result.last_failure;
        const bool away = result.end == PollEnd::unreachable || result.end == PollEnd::unresolved;
        const bool may_come_back = away && ever_answered_;
        return result.end == PollEnd::done || result.end == PollEnd::deadline || may_come_back;
    }

    Result execute(const Statement& statement) {
        return connection_.execute(statement.sql, statement.parameters);
    }

    milliseconds time_to_next_pass() const {
        if (told_nothing_) {
            return longest_pause;
        }
        const double seconds = summary_.left > 0 ? 0 : survey_.seconds_to_next.value_or(0);
        const auto wished = milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
        return std::clamp(wished, shortest_pause, longest_pause);
    }

    /// Until the next message is due, or the stop signal: then false.
    bool pause() {
        pollfd signal{stop_.descriptor(), POLLIN, 0};
        const milliseconds wait = time_to_next_pass();
        if (::poll(&signal, 1, static_cast<int>(wait.count())) > 0 || stop_.received() != 0) {
            summary_.end = poll_end_for(stop_.received());
            return false;
        }
        return true;
    }

    const PollRequest& request_;
    Connection& connection_;
    const StopSignal& stop_;
    Random& random_;
    const PollProgress& on_progress_;
    int counter_slot_;
    DueRule rule_;
    Instant deadline_{};
    bool ever_answered_ = false;
    bool told_nothing_ =
        false; ///< by the gateway, of what is still due: it is left alone for a while
    std::int64_t skipped_ = 0;
    PollSurvey survey_;
    PollSummary summary_;
};

} // namespace

PollSummary run_poll(
    const PollRequest& request,
    Connection& connection,
    const StopSignal& stop,
    Random& random,
    const PollProgress& on_progress) {
    return PollRun(request, connection, stop, random, on_progress).run();
}

} // namespace blast
