#include "unit/simulation/sender.hpp"

#include <utility>

namespace blast::simulation {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds lease_margin{30'000};

SendLimits limits_of(const Schedule& schedule, bool probing) {
    SendLimits limits;
    limits.devices = schedule.devices;
    limits.concurrency = schedule.concurrency;
    limits.lease = schedule.request_timeout + lease_margin;
    limits.lease_margin = lease_margin;
    limits.probing = probing;
    limits.steady_rate = SlotPlan(schedule.rate, schedule.jitter_percent).steady_rate();
    limits.round_trip = 4 * schedule.database_delay;
    return limits;
}

} // namespace

Sender::Sender(World& world, Setup setup)
    : world_(world),
      setup_(std::move(setup)),
      clock_offset_(std::chrono::seconds(world.random.below(100'000))),
      random_(world.random.below(1'000'000'000)),
      limits_(limits_of(world.schedule, setup_.circuit != 0)),
      slots_(world.schedule.rate, world.schedule.jitter_percent),
      machine_(limits_, random_, instant()),
      referee_(limits_, instant()),
      claims_(
          world, *this, [this] { deliver(ClaimsReady{}); }, [this] { deliver(ClaimsAway{}); }),
      records_(
          world, *this, [this] { deliver(RecordsReady{}); }, [this] { deliver(RecordsAway{}); }) {}

bool Sender::start() {
    if (!world_.database_up(setup_.host)) {
        alive_ = false;
        return false;
    }
    world_.note(
        "#{} starts on host {}{}", setup_.id, setup_.host, setup_.circuit != 0 ? ", probing" : "");
    world_.tally.swept += world_.database.expire_leases();
    replay_spills();
    claims_.open();
    records_.open();
    commanded_at_ = instant();
    arm_timer();
    return true;
}

void Sender::cut_connections() {
    claims_.cut();
    records_.cut();
}

// ---- the machine ----

void Sender::deliver(const SendEvent& event) {
    if (suspended_) { // in the middle of what it was told before
        when_awake([this, event] { deliver(event); });
        return;
    }
    if (!alive_ || reason_ || !take_step())
        return;
    const Instant now = instant();
    if (!std::holds_alternative<Tick>(event))
        world_.note("#{}   {}", setup_.id, describe(event));
    referee_.told(event, now);
    commands_ = machine_.next(event, now);
    next_command_ = 0;
    commanded_at_ = now;
    for (const SendCommand& command : commands_) {
        world_.note("#{} > {}", setup_.id, describe(command));
        referee_.asked(command, now, machine_.throughput(now));
    }
    carry_on();
}

/// Carries out what the machine asked for last, as far as it comes.
void Sender::carry_on() {
    while (next_command_ < commands_.size()) {
        if (suspended_ || !take_step() || suspended_)
            return;
        std::visit([this](const auto& c) { carry_out(c); }, commands_[next_command_++]);
    }
    if (!reason_)
        arm_timer();
}

void Sender::arm_timer() {
    const Instant now = instant();
    const Instant wake = machine_.wake_at(now);
    referee_.wakes(wake, commanded_at_);
    world_.queue.after(wake - now, [this, timer = ++timer_] {
        when_awake([this, timer] {
            if (timer == timer_)
                deliver(Tick{});
        });
    });
}

// ---- what befalls it ----

/// False: it was its last.
bool Sender::take_step() {
    ++steps_;
    const ProcessFate& fate = setup_.fate;
    if (steps_ == fate.stopped_at)
        stop(fate.stop);
    if (steps_ == fate.signalled_at)
        stop(SendStop::terminated);
    if (steps_ == fate.suspended_at)
        suspend(fate.suspended_for);
    if (steps_ == fate.killed_at)
        kill();
    return alive_;
}

void Sender::stop(SendStop reason) {
    world_.queue.after({}, [this, reason] {
        when_awake([this, reason] {
            ++world_.tally.stops.at(static_cast<std::size_t>(reason));
            deliver(StopRequested{reason});
        });
    });
}

void Sender::kill() {
    world_.note("#{} is killed", setup_.id);
    ++world_.tally.kills;
    alive_ = false;
    world_.ledger.forgotten(setup_.id);
    setup_.on_end();
}

void Sender::suspend(Instant::duration length) {
    world_.note(
        "#{} is suspended for {} ms", setup_.id,
        std::chrono::duration_cast<milliseconds>(length).count());
    ++world_.tally.suspensions;
    suspended_ = true;
    world_.queue.after(length, [this] { wake_up(); });
}

void Sender::wake_up() {
    if (!alive_)
        return;
    world_.note("#{} goes on", setup_.id);
    suspended_ = false;
    if (next_command_ < commands_.size())
        carry_on();
    // What came meanwhile is found in any order.
    auto actions = std::exchange(backlog_, {});
    while (!actions.empty()) {
        const auto place = static_cast<std::ptrdiff_t>(world_.random.below(actions.size()));
        const auto action = std::move(actions.at(static_cast<std::size_t>(place)));
        actions.erase(actions.begin() + place);
        when_awake(action);
    }
}

void Sender::when_awake(std::function<void()> action) {
    if (!alive_ || reason_)
        return;
    if (suspended_)
        backlog_.push_back(std::move(action));
    else
        action();
}

} // namespace blast::simulation
