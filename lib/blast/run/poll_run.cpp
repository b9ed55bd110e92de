#include "blast/run/poll_run.hpp"

#include "blast/core/error.hpp"
#include "blast/run/counter_slots.hpp"
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
          counter_slot_(draw_counter_slot(random)),
          everything_(request.everything) {}

    PollSummary run() {
        require_blast();
        bool goes_on = pass();
        while (request_.watch && goes_on) {
            everything_ = false;
            if (!pause())
                break;
            goes_on = pass();
        }
        return summary_;
    }

private:
    void require_blast() {
        if (request_.blast && !load_blast(connection_, request_.blast))
            throw UsageError(
                fmt::format("there is no blast {}", *request_.blast),
                "blast-report --list shows those that there are");
    }

    /// False when there is no need, or no point, in another one. A database that restarted is waited for.
    bool pass() {
        try {
            return pass_once();
        } catch (const DatabaseError& error) {
            if (!error.connection_lost())
                throw;
        }
        reconnect(connection_, request_.database_url, random_);
        return pass_once();
    }

    bool pass_once() {
        retry_waiting(connection_, counter_slot_);
        const std::vector<std::int64_t> blasts =
            read_blast_ids(execute(open_blasts_statement(request_.blast)));
        survey_ = read_survey(execute(survey_statement(blasts, everything_)));
        summary_.due += survey_.due;
        summary_.left = 0;
        return survey_.due > 0 ? check(blasts) : survey_.moving > 0;
    }

    bool check(const std::vector<std::int64_t>& blasts) {
        PollPassPlan plan;
        plan.database_url = request_.database_url;
        plan.gateway = request_.gateway;
        plan.blasts = blasts;
        if (everything_)
            plan.rule.unchecked_since = survey_.taken_at;
        plan.limits.per_second = request_.per_second;
        plan.limits.concurrency = request_.concurrency;
        plan.limits.deadline = BootClock::now() + request_.deadline;
        plan.counter_slot = counter_slot_;
        PollPass pass(plan, stop_, random_);
        if (on_progress_)
            pass.on_progress([this](const PollCounts& counts) {
                on_progress_(counts.checked + counts.failed, survey_.due);
            });
        return add(pass.run());
    }

    bool add(const PollPassResult& result) {
        const PollCounts& counts = result.counts;
        summary_.checked += counts.checked;
        summary_.failed += counts.failed;
        summary_.left = std::max<std::int64_t>(
            0, survey_.due - counts.checked - counts.failed - counts.passed_over);
        for (const auto& [status, count] : result.changed)
            summary_.changed[status] += count;
        summary_.end = result.end;
        ever_answered_ = ever_answered_ || result.ever_answered;
        summary_.nothing_could_be_asked = summary_.failed > 0 && !ever_answered_;
        summary_.why =
            result.end == PollEnd::database_away ? result.database_failure : result.last_failure;
        return result.end == PollEnd::done || result.end == PollEnd::deadline;
    }

    Result execute(const Statement& statement) {
        return connection_.execute(statement.sql, statement.parameters);
    }

    /// Until the next message is due, or the stop signal: then false.
    bool pause() {
        const double seconds = summary_.left > 0 ? 0 : survey_.seconds_to_next.value_or(0);
        const auto wished = milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
        pollfd signal{stop_.descriptor(), POLLIN, 0};
        const milliseconds wait = std::clamp(wished, shortest_pause, longest_pause);
        if (::poll(&signal, 1, static_cast<int>(wait.count())) > 0 || stop_.received() != 0) {
            summary_.end = stop_.received() == SIGINT ? PollEnd::interrupted : PollEnd::terminated;
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
    bool everything_;
    bool ever_answered_ = false;
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
