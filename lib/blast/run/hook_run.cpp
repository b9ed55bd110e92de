#include "blast/run/hook_run.hpp"

#include "blast/core/printable.hpp"
#include "blast/gateway/webhook_event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

constexpr std::size_t largest_group = 500;
constexpr std::chrono::seconds stop_grace{10};
constexpr std::chrono::seconds patience_with_database{1}; ///< a blip that short is sat out
/// Then the sender is told to come back.
constexpr std::chrono::seconds longest_wait_for_database{10};
constexpr std::chrono::milliseconds longest_gathering{1};
constexpr int most_groups_before_a_retry = 10;

/// Most events that wait are a moment early: what came just now is tried each second, the rest ever more rarely, so that
/// events about messages of nobody cost little however many they are.
RetryScope scope_of_retry(int second) {
    constexpr int seconds_between_full_retries = 60;
    constexpr int seconds_between_long_retries = 10;
    if (second % seconds_between_full_retries == 1) {
        return RetryScope::all();
    }
    return second % seconds_between_long_retries == 0 ? RetryScope::lately()
                                                      : RetryScope::just_now();
}

} // namespace

HookRun::HookRun(
    int listener,
    const std::string& secret,
    std::string database_url,
    const IntakeRules& rules,
    const Log& log)
    : rules_(rules),
      log_(log),
      random_(Random::from_system()),
      server_(loop_, listener, secret, [this] { work(); }),
      connection_(
          loop_,
          std::move(database_url),
          random_,
          {[this] { on_back(); }, [this] { on_away(); }},
          longest_wait_for_database) {}

IntakeCounts HookRun::run(const StopSignal& stop) {
    loop_.watch(stop.descriptor(), {true, false}, [this, &stop](Readiness) {
        loop_.unwatch(stop.descriptor());
        stop_soon();
    });
    on_second();
    while (!finished()) {
        loop_.run_once();
    }
    return counts_;
}

/// One thing at a time on the connection: webhooks first, they have someone waiting; but a retry goes on beside a flood.
void HookRun::work() {
    const auto away_since = connection_.away_since();
    if (away_since && BootClock::now() - *away_since >= patience_with_database) {
        answer_unavailable();
    }
    if (!connection_.idle()) {
        return;
    }
    const bool retries = retry_ || retry_is_due_;
    const bool has_turn = !retries || groups_since_retry_ < most_groups_before_a_retry;
    if (server_.arrivals() > 0 && has_turn) {
        if (!gathers()) {
            begin_group();
        }
    } else if (retries) {
        go_on_with_retry();
    }
}

/// Senders that were answered together come back together: a group right after another waits a moment for all of them,
/// else each half would wait for the other half's commit.
bool HookRun::gathers() {
    const Instant now = BootClock::now();
    if (server_.arrivals() >= expected_ || now >= gathers_until_) {
        return false;
    }
    if (!gathering_timer_) {
        gathering_timer_ = loop_.schedule(gathers_until_, [this] {
            gathering_timer_.reset();
            work();
        });
    }
    return true;
}

void HookRun::begin_group() {
    if (gathering_timer_) {
        loop_.cancel(*gathering_timer_);
    }
    gathering_timer_.reset();
    std::vector<InboxEvent> events;
    group_.clear();
    for (const HookServer::Arrival& arrival : server_.take(largest_group)) {
        group_.push_back(arrival.waiting);
        for (InboxEvent& event : read_webhook(arrival.body)) {
            events.push_back(std::move(event));
        }
    }
    ++groups_since_retry_;
    intake_ = std::make_unique<EventIntake>(rules_, std::move(events));
    submit_group();
}

void HookRun::submit_group() {
    connection_.submit(
        intake_->next(), [this](const PipelineOutcome& outcome) { on_group(outcome); });
}

void HookRun::on_group(const PipelineOutcome& outcome) {
    switch (intake_->take(outcome)) {
    case WorkProgress::more: submit_group(); return;
    case WorkProgress::done: end_group(HookAnswer::taken); return;
    case WorkProgress::failed:
        log_.warn(fmt::format(
            "the database refuses events: answered 503 ({})", printable(intake_->failure())));
        break;
    case WorkProgress::lost: on_away(); break;
    }
    end_group(HookAnswer::unavailable);
}

void HookRun::end_group(HookAnswer answer) {
    counts_ += intake_->counts();
    if (!intake_->on_their_way().empty()) {
        log_.note(mask_phones("opted out, but " + on_their_way_words(intake_->on_their_way())));
    }
    intake_.reset();
    server_.answer(group_, answer);
    expected_ = std::min(server_.arrivals() + group_.size(), largest_group);
    gathers_until_ = BootClock::now() + longest_gathering;
    group_.clear();
}

void HookRun::go_on_with_retry() {
    groups_since_retry_ = 0;
    if (!retry_) {
        retry_is_due_ = false;
        retry_.emplace(rules_.counter_slot, scope_of_retry(seconds_));
    }
    connection_.submit(
        retry_->next(), [this](const PipelineOutcome& outcome) { on_retry(outcome); });
}

/// The next step waits its turn: work() is called when the connection is idle again.
void HookRun::on_retry(const PipelineOutcome& outcome) {
    const WorkProgress progress = retry_->take(outcome);
    if (progress == WorkProgress::more) {
        return;
    }
    if (progress == WorkProgress::lost) {
        on_away();
    }
    counts_.applied += retry_->applied();
    retry_.reset();
}

void HookRun::answer_unavailable() {
    std::vector<HookServer::Waiting> waiting;
    for (const HookServer::Arrival& arrival : server_.take(SIZE_MAX)) {
        waiting.push_back(arrival.waiting);
    }
    if (!waiting.empty()) {
        server_.answer(waiting, HookAnswer::unavailable);
    }
}

void HookRun::on_away() {
    if (!was_away_) {
        log_.warn(fmt::format(
            "the database is away, webhooks are answered 503 ({})",
            printable(connection_.last_failure())));
    }
    was_away_ = true;
    server_.set_healthy(false);
}

void HookRun::on_back() {
    if (was_away_) {
        log_.note("the database is back");
    }
    was_away_ = false;
    server_.set_healthy(true);
    work();
}

void HookRun::on_second() {
    ++seconds_;
    retry_is_due_ = true;
    loop_.schedule(BootClock::now() + std::chrono::seconds(1), [this] { on_second(); });
    work();
}

void HookRun::stop_soon() {
    stop_by_ = BootClock::now() + stop_grace;
    server_.stop_listening();
}

bool HookRun::finished() const {
    return stop_by_ && (server_.open_requests() == 0 || BootClock::now() >= *stop_by_);
}

} // namespace blast
