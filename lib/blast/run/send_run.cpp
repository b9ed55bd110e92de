#include "blast/run/send_run.hpp"

#include "blast/core/printable.hpp"
#include "blast/run/outcome_file.hpp"

#include <fmt/format.h>

#include <csignal>

namespace blast {

namespace {

constexpr std::chrono::seconds heartbeat_gap{10};
constexpr std::chrono::milliseconds progress_gap{100};
constexpr std::chrono::seconds last_words_limit{10};

SendLimits limits_of(const SendPlan& plan) {
    SendLimits limits;
    limits.devices = plan.devices.size();
    limits.concurrency = plan.concurrency;
    limits.lease = plan.lease();
    limits.lease_margin = plan.lease() - plan.timeout;
    limits.probing = plan.probing();
    limits.steady_rate = plan.slots.steady_rate();
    return limits;
}

/// What keeps --due from taking the blast up again. A run that ends while it still probes leaves the circuit open.
std::string stopped_by(SendStop reason, bool probing) {
    if (reason == SendStop::circuit_open || (probing && reason != SendStop::done)) {
        return "circuit";
    }
    return reason == SendStop::interrupted || reason == SendStop::hung_up ? "person" : "";
}

SendStop stop_for(int signal) {
    switch (signal) {
    case SIGHUP: return SendStop::hung_up;
    case SIGINT: return SendStop::interrupted;
    default: return SendStop::terminated;
    }
}

} // namespace

SendRun::SendRun(
    const SendPlan& plan, const StopSignal& stop, Random& random, std::string state_folder)
    : plan_(plan),
      stop_(stop),
      state_folder_(std::move(state_folder)),
      machine_(limits_of(plan), random, BootClock::now()),
      claims_(loop_, plan, random, in_hand_, [this](const SendEvent& event) { feed(event); }),
      records_(loop_, plan, random, in_hand_, [this](const SendEvent& event) { feed(event); }),
      poster_(
          loop_,
          plan,
          in_hand_,
          [this](const Post& post) { return machine_.may_begin(post, BootClock::now()); },
          [this](const PostEnded& event) { on_post_ended(event); }) {}

SendEnd SendRun::run() {
    watch_stop_signal();
    if (plan_.window && plan_.window->is_open(clock_.wall(), plan_.timezone)) {
        window_closes_at_ = plan_.window->closes_at(clock_.wall(), plan_.timezone);
    }
    beat();
    feed(Tick{});
    while (!ended_) {
        watch_window();
        arm_timer();
        loop_.run_once();
        show_progress();
    }
    return end_;
}

void SendRun::feed(const SendEvent& event) {
    machine_.set_round_trip(claims_.round_trip());
    for (const SendCommand& command : machine_.next(event, BootClock::now())) {
        obey(command);
    }
}

void SendRun::obey(const SendCommand& command) {
    struct Obey {
        SendRun& run;
        void operator()(const Claim& claim) const { run.claims_.execute(claim); }
        void operator()(const ReadBackAttempt& read_back) const { run.claims_.execute(read_back); }
        void operator()(const CheckQueue& check) const { run.claims_.execute(check); }
        void operator()(const Listen& listen) const { run.claims_.execute(listen); }
        void operator()(const Post& post) const { run.poster_.execute(post); }
        void operator()(const Settle& settle) const { run.records_.execute(settle); }
        void operator()(const Finish& finish) const { run.finish(finish); }
    };
    std::visit(Obey{*this}, command);
}

void SendRun::on_post_ended(const PostEnded& event) {
    switch (event.verdict) {
    case SendVerdict::accepted: ++end_.progress.sent; break;
    case SendVerdict::refused: ++end_.progress.failed; break;
    case SendVerdict::unconfirmed: ++end_.progress.unconfirmed; break;
    default: break;
    }
    feed(event);
}

void SendRun::watch_stop_signal() {
    loop_.watch(stop_.descriptor(), {true, false}, [this](Readiness) {
        loop_.unwatch(stop_.descriptor());
        if (on_stop_ && machine_.in_flight() > 0) {
            on_stop_();
        }
        const SendStop reason = stop_for(stop_.received());
        const std::string who = stopped_by(reason, machine_.probing());
        if (!who.empty()) {
            records_.note_stop(who);
        }
        feed(StopRequested{reason});
    });
}

void SendRun::watch_window() {
    if (!plan_.window || window_closed_ || clock_.wall() < window_closes_at_) {
        return;
    }
    window_closed_ = true; // said once: the loop must not turn on it while what is in flight ends
    feed(StopRequested{SendStop::window_closed});
}

void SendRun::arm_timer() {
    Instant wake = machine_.wake_at(BootClock::now());
    if (plan_.window && !window_closed_) {
        const auto left = window_closes_at_ - clock_.wall();
        wake = std::min(
            wake, BootClock::now() + std::max<Instant::duration>(left, Instant::duration::zero()));
    }
    if (wake == tick_at_) {
        return;
    }
    loop_.cancel(tick_);
    tick_at_ = wake;
    tick_ = loop_.schedule(wake, [this] {
        tick_at_ = Instant::max();
        feed(Tick{});
    });
}

void SendRun::beat() {
    records_.beat();
    loop_.schedule(BootClock::now() + heartbeat_gap, [this] { beat(); });
}

void SendRun::show_progress() {
    const Instant now = loop_.now();
    if (!on_progress_ || now - progress_shown_at_ < progress_gap) {
        return;
    }
    progress_shown_at_ = now;
    end_.progress.per_second = machine_.throughput(now);
    on_progress_(end_.progress);
}

void SendRun::finish(const Finish& finish) {
    end_.reason = finish.reason;
    end_.why = explain_end(finish.reason);
    end_.stopped_by = stopped_by(finish.reason, machine_.probing());
    const SettleRequest unsettled =
        settle_request(plan_, finish.unsettled, in_hand_, records_.counter_slot());
    if (!unsettled.empty()) {
        end_.outcome_file = write_outcome_file(state_folder_, plan_.blast_made_at, unsettled);
    }
    ended_ = !end_.outcome_file.empty();
    if (ended_) {
        return;
    }
    records_.finish(end_.stopped_by, [this](std::optional<BlastCounts> counts) {
        end_.counts = counts;
        ended_ = true;
    });
    loop_.schedule(BootClock::now() + last_words_limit, [this] { ended_ = true; });
}

std::string SendRun::explain_end(SendStop reason) const {
    switch (reason) {
    case SendStop::done: return {};
    case SendStop::hung_up: return "the terminal hung up";
    case SendStop::interrupted: return "interrupted";
    case SendStop::terminated: return "terminated";
    case SendStop::daily_cap: return "the daily cap is reached";
    case SendStop::window_closed: return "the sending window is closed";
    case SendStop::circuit_open:
        return fmt::format(
            "{} of the last {} messages failed (last: {})", machine_.circuit().failures(),
            machine_.circuit().seen(), mask_phones(poster_.last_failure()));
    case SendStop::unauthorized: return mask_phones(poster_.unauthorized_words());
    case SendStop::gateway_away:
        return fmt::format(
            "the gateway could not be reached for a minute ({})",
            mask_phones(poster_.last_failure()));
    case SendStop::database_away: break;
    }
    const std::string& failure =
        records_.last_failure().empty() ? claims_.last_failure() : records_.last_failure();
    return fmt::format("the database could not be used ({})", failure);
}

} // namespace blast
