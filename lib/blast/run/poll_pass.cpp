#include "blast/run/poll_pass.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <iterator>
#include <map>

namespace blast {

namespace {

constexpr std::size_t largest_page = 100'000;
constexpr std::size_t smallest_page = 500;
constexpr int most_refusals = 5;
constexpr std::chrono::milliseconds progress_gap{100};

CheckEnded::Outcome outcome_of(const StatusAnswer& answer) {
    switch (answer.kind) {
    case StatusAnswer::Kind::status:
    case StatusAnswer::Kind::unknown_message: return CheckEnded::Outcome::answered;
    case StatusAnswer::Kind::token_refused: return CheckEnded::Outcome::token_refused;
    case StatusAnswer::Kind::untrusted: return CheckEnded::Outcome::untrusted;
    case StatusAnswer::Kind::unresolved: return CheckEnded::Outcome::unresolved;
    case StatusAnswer::Kind::fault: break;
    }
    return CheckEnded::Outcome::failed;
}

} // namespace

PollEnd poll_end_for(int signal) {
    switch (signal) {
    case SIGHUP: return PollEnd::hung_up;
    case SIGINT: return PollEnd::interrupted;
    default: return PollEnd::terminated;
    }
}

PollPass::PollPass(const PollPassPlan& plan, const StopSignal& stop, Random& random)
    : plan_(plan),
      stop_(stop),
      random_(random),
      machine_(plan.limits, random, BootClock::now()),
      engine_(loop_, plan.gateway),
      connection_(
          loop_,
          plan.database_url,
          random,
          {[this] { feed(DatabaseReady{}); }, [this] { feed(DatabaseLost{}); }}) {}

PollPassResult PollPass::run() {
    watch_stop_signal();
    feed(PollTick{});
    while (!ended_) {
        arm_timer();
        loop_.run_once();
        show_progress();
    }
    result_.counts = machine_.counts();
    result_.ever_answered = machine_.ever_answered();
    result_.database_failure = connection_.last_failure();
    return result_;
}

void PollPass::feed(const PollEvent& event) {
    for (const PollCommand& command : machine_.next(event, BootClock::now())) {
        std::visit([this](const auto& asked) { obey(asked); }, command);
    }
}

/// What a pass cannot come to is not loaded.
std::size_t PollPass::page_limit() const {
    if (!plan_.limits.per_second || plan_.limits.deadline == Instant::max()) {
        return largest_page;
    }
    const double seconds =
        std::chrono::duration<double>(plan_.limits.deadline - BootClock::now()).count();
    const double rows = std::max(seconds, 0.0) * *plan_.limits.per_second;
    return std::clamp(static_cast<std::size_t>(std::ceil(rows)), smallest_page, largest_page);
}

void PollPass::obey(const LoadCandidates&) {
    const std::size_t limit = page_limit();
    connection_.submit(
        {candidates_statement(plan_.blasts, plan_.rule, limit, last_candidate_)},
        [this, limit](const PipelineOutcome& outcome) { on_candidates(limit, outcome); });
}

void PollPass::on_candidates(std::size_t limit, const PipelineOutcome& outcome) {
    if (failed(outcome)) {
        return;
    }
    candidates_.erase(candidates_.begin(), candidates_.begin() + claimed_candidates_);
    claimed_candidates_ = 0;
    const std::size_t before = candidates_.size();
    if (const auto last = read_candidates(outcome.results.front(), candidates_)) {
        last_candidate_ = last;
    }
    const std::size_t count = candidates_.size() - before;
    loaded_ += static_cast<std::int64_t>(count);
    // What has become due since the pass began is the next one's.
    feed(CandidatesLoaded{count, count == limit && loaded_ < plan_.due});
}

void PollPass::obey(const Exchange& exchange) {
    connection_.submit(
        exchange_statements(exchange),
        [this, exchange](const PipelineOutcome& outcome) { on_exchanged(exchange, outcome); });
}

/// What was told is written first, then come the releases, then the claims, whose results are the last ones.
std::vector<Statement> PollPass::exchange_statements(const Exchange& exchange) {
    std::vector<Statement> statements = answered_statements(exchange.answered);
    add_releases(exchange, statements);
    add_claims(exchange.claim, statements);
    return statements;
}

std::vector<Statement> PollPass::answered_statements(const std::vector<MessageHandle>& answered) {
    TrackingChanges changes(ChangeSource::poll);
    for (const MessageHandle handle : answered) {
        const HeldMessage& held = in_hand_.at(handle);
        changes.add(StatusReport{
            held.message.key, held.message.message_id, held.answer.status,
            held.answer.c2s_timestamp, held.answer.words});
    }
    TrackingStatements work = changes.statements(plan_.counter_slot);
    status_results_ = std::move(work.status_results);
    return std::move(work.statements);
}

void PollPass::add_releases(const Exchange& exchange, std::vector<Statement>& statements) {
    for (const std::vector<MessageHandle>* handles : {&exchange.answered, &exchange.released}) {
        for (const MessageHandle handle : *handles) {
            claims_.leave(in_hand_.at(handle).claim);
        }
    }
    for (const auto& [blast_id, claims] : claims_.ending()) {
        statements.push_back(release_claims_statement(blast_id, claims));
    }
}

void PollPass::add_claims(std::size_t count, std::vector<Statement>& statements) {
    std::map<std::int64_t, std::vector<std::int64_t>> wanted;
    for (; count > 0; --count) {
        const RecipientKey& key = candidates_.at(static_cast<std::size_t>(claimed_candidates_++));
        wanted[key.blast_id].push_back(key.id);
    }
    asked_.clear();
    if (wanted.empty()) {
        return;
    }
    std::vector<std::int64_t> blasts;
    std::transform(wanted.begin(), wanted.end(), std::back_inserter(blasts), [](const auto& wish) {
        return wish.first;
    });
    statements.push_back(claim_lock_statement(blasts));
    for (const auto& [blast_id, ids] : wanted) {
        asked_.push_back({blast_id, random_.uuid()});
        const ClaimTerms terms{asked_.back().claim_id, plan_.limits.lease, plan_.rule};
        statements.push_back(claim_messages_statement(blast_id, ids, terms));
    }
}

void PollPass::on_exchanged(const Exchange& exchange, const PipelineOutcome& outcome) {
    if (failed(outcome)) {
        return;
    }
    refusals_ = 0;
    for (const auto& [status, count] : read_status_counts(outcome.results, status_results_, 0)) {
        result_.changed[status] += count;
    }
    for (const std::vector<MessageHandle>* handles : {&exchange.answered, &exchange.released}) {
        for (const MessageHandle handle : *handles) {
            in_hand_.erase(handle);
        }
    }
    claims_.committed();
    feed(Exchanged{take_claimed(outcome.results)});
}

std::vector<MessageHandle> PollPass::take_claimed(const Results& results) {
    std::vector<MessageHandle> claimed;
    const std::size_t first = results.size() - asked_.size();
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const auto& [blast_id, claim_id] = asked_[i];
        std::vector<ClaimedMessage> messages =
            read_claimed_messages(blast_id, results.at(first + i));
        if (messages.empty()) {
            continue;
        }
        const CheckClaims::Number claim = claims_.add(blast_id, claim_id, messages.size());
        for (ClaimedMessage& message : messages) {
            claimed.push_back(next_handle_);
            in_hand_.emplace(next_handle_++, HeldMessage{std::move(message), claim, {}});
        }
    }
    return claimed;
}

/// What the database refuses for a reason that may pass is told again; the machine takes both kinds as lost.
bool PollPass::failed(const PipelineOutcome& outcome) {
    if (!outcome.failure) {
        return false;
    }
    if (!outcome.failure->connection_lost() && ++refusals_ >= most_refusals) {
        throw UnavailableError(
            fmt::format(
                "the database refuses what blast-poll writes ({})",
                printable(outcome.failure->what())),
            "see that its schema is as `blast-admin migrate` made it");
    }
    claims_.lost();
    feed(DatabaseLost{});
    return true;
}

void PollPass::obey(const Check& check) {
    const HeldMessage& held = in_hand_.at(check.message);
    HttpRequest request;
    request.path = "/v1/getMessageStatus";
    request.body = status_question(held.message.device, held.message.message_id);
    request.timeout = check.timeout;
    engine_.send(std::move(request), [this, message = check.message](const HttpAnswer& http) {
        on_answer(message, http);
    });
}

void PollPass::on_answer(MessageHandle message, const HttpAnswer& http) {
    StatusAnswer answer = read_status_answer(http);
    CheckEnded ended;
    ended.message = message;
    ended.outcome = outcome_of(answer);
    ended.answered = http.transport == Transport::answered;
    ended.retry_after = http.retry_after;
    if (ended.outcome != CheckEnded::Outcome::answered) {
        result_.last_failure = answer.words;
    }
    in_hand_.at(message).answer = std::move(answer);
    feed(ended);
}

void PollPass::obey(const EndPass& end) {
    result_.end = end.reason;
    ended_ = true;
}

void PollPass::watch_stop_signal() {
    loop_.watch(stop_.descriptor(), {true, false}, [this](Readiness) {
        loop_.unwatch(stop_.descriptor());
        feed(PollStopRequested{poll_end_for(stop_.received())});
    });
}

void PollPass::arm_timer() {
    loop_.cancel(tick_);
    tick_ = loop_.schedule(machine_.wake_at(BootClock::now()), [this] { feed(PollTick{}); });
}

void PollPass::show_progress() {
    if (!on_progress_ || loop_.now() - progress_shown_at_ < progress_gap) {
        return;
    }
    progress_shown_at_ = loop_.now();
    on_progress_(machine_.counts());
}

} // namespace blast
