#include "unit/simulation/simulation.hpp"

namespace blast::simulation {

using std::chrono::seconds;

namespace {

constexpr std::uint64_t most_steps = 200'000;
constexpr std::chrono::hours longest{24};
/// Longer than any lease and than any statement that comes late.
constexpr seconds settling_time{300};

class Simulation {
public:
    Simulation(std::uint64_t seed, bool tell, Tally& tally) : world_(seed, tell, tally) {}

    void play() {
        plan();
        run_until_quiet();
        calm_down();
        run_until_quiet();
        check_end();
    }

private:
    void plan();
    void plan_user();
    void cut_connections(bool of_first_host);
    void start_sender(std::size_t host);
    void start_later();
    void calm_down();
    void run_until_quiet();
    void check_end();
    void resend();
    std::size_t any_host() { return world_.random.below(world_.schedule.hosts); }
    bool undisturbed() const;
    std::size_t count(RowState state) const;

    World world_;
    std::vector<std::unique_ptr<Sender>> senders_;
    std::size_t starts_ = 0;
    std::size_t calm_from_ = 0; ///< the first of those that nothing disturbs any more
};

void Simulation::plan() {
    const Schedule& schedule = world_.schedule;
    world_.note(
        "{} recipients, {} senders, {} devices, concurrency {}, {} a second", schedule.recipients,
        schedule.senders, schedule.devices, schedule.concurrency, schedule.rate.value_or(0));
    if (schedule.probing)
        world_.database.open_circuit();
    if (schedule.pinned) {
        for (std::size_t id = 1; id <= schedule.recipients; id += 2)
            world_.database.row(static_cast<std::int64_t>(id)).device =
                world_.random.below(schedule.devices);
    }
    for (std::size_t i = 0; i < schedule.senders; ++i) {
        ++starts_;
        world_.queue.after(i == 0 ? Instant::duration::zero() : world_.up_to(seconds(2)), [this] {
            start_sender(any_host());
        });
    }
    for (const Outage& outage : schedule.database_outages)
        world_.queue.at(outage.from, [this] { cut_connections(false); });
    for (const Outage& outage : schedule.first_host_outages)
        world_.queue.at(outage.from, [this] { cut_connections(true); });
    plan_user();
}

void Simulation::cut_connections(bool of_first_host) {
    world_.note("the database goes away{}", of_first_host ? " from host 0" : "");
    ++(of_first_host ? world_.tally.first_host_outages : world_.tally.database_outages);
    for (const auto& sender : senders_) {
        if (!of_first_host || sender->host() == 0)
            sender->cut_connections();
    }
}

void Simulation::plan_user() {
    const Schedule& schedule = world_.schedule;
    for (const Instant when : schedule.server_clock_jumps)
        world_.queue.at(when, [this] {
            world_.note("the server's clock jumps ahead");
            ++world_.tally.clock_jumps;
            world_.database.jump_clock(seconds(60));
            world_.ledger.clock_jumped();
        });
    for (const Instant when : schedule.resends)
        world_.queue.at(when, [this] { resend(); });
    for (const Instant when : schedule.retries)
        world_.queue.at(when, [this] {
            for (const std::int64_t id : world_.database.requeue(RowState::failed)) {
                ++world_.tally.retries;
                world_.ledger.user_word(id, world_.queue.now());
            }
        });
    const auto any = [this] {
        return 1 + static_cast<std::int64_t>(world_.random.below(world_.schedule.recipients));
    };
    for (const Instant when : schedule.opt_outs)
        world_.queue.at(when, [this, any] {
            const std::int64_t id = any();
            world_.note("{} opts out", id);
            ++world_.tally.opt_outs;
            world_.database.opt_out(id);
            world_.ledger.unwanted(id, world_.queue.now());
        });
    for (const Instant when : schedule.cancels)
        world_.queue.at(when, [this] {
            world_.note("the blast is cancelled");
            ++world_.tally.cancels;
            world_.database.cancel();
            for (std::size_t id = 1; id <= world_.schedule.recipients; ++id)
                world_.ledger.unwanted(static_cast<std::int64_t>(id), world_.queue.now());
        });
    for (const Instant when : schedule.resolves)
        world_.queue.at(when, [this, any] {
            const std::int64_t id = any();
            if (!world_.database.drop(id, RowState::unconfirmed))
                return;
            ++world_.tally.resolves;
            world_.ledger.user_word(id, world_.queue.now());
        });
}

void Simulation::resend() {
    const auto ids = world_.database.requeue(RowState::unconfirmed);
    world_.note("the user has {} unconfirmed recipients sent again", ids.size());
    world_.tally.resends += ids.size();
    for (const std::int64_t id : ids)
        world_.ledger.user_word(id, world_.queue.now());
}

void Simulation::start_sender(std::size_t host) {
    const bool first = senders_.size() < world_.schedule.senders;
    Sender::Setup setup;
    setup.id = senders_.size();
    setup.host = host;
    if (!world_.calm) {
        if (!first && world_.chance(0.3)) // by a process that is not in this schedule
            world_.database.open_circuit();
        setup.daily_cap = world_.schedule.daily_cap;
        setup.fate = world_.schedule.draw_fate(world_.random);
    }
    setup.circuit = world_.database.circuit();
    world_.tally.probes += setup.circuit != 0 ? 1 : 0;
    setup.on_end = [this] { start_later(); };
    senders_.push_back(std::make_unique<Sender>(world_, setup));
    if (!senders_.back()->start())
        start_later();
}

void Simulation::start_later() {
    if (world_.calm || starts_ >= world_.schedule.most_starts)
        return;
    ++starts_;
    world_.queue.after(world_.up_to(seconds(90)), [this] { start_sender(any_host()); });
}

void Simulation::calm_down() {
    world_.note("all faults are over");
    world_.calm = true;
    world_.gateway.calm_down();
    calm_from_ = senders_.size();
    // Each host has its own file of what could not be recorded.
    for (std::size_t host = 0; host < world_.schedule.hosts; ++host)
        world_.queue.after(settling_time, [this, host] { start_sender(host); });
}

void Simulation::run_until_quiet() {
    const Instant latest = world_.queue.now() + longest;
    while (world_.queue.step()) {
        if (world_.queue.steps() > most_steps || world_.queue.now() > latest)
            throw Violation("it does not come to an end");
    }
    for (const auto& sender : senders_) {
        if (sender->alive() && !sender->reason())
            throw Violation("a process waits for ever");
    }
}

bool Simulation::undisturbed() const {
    const Schedule& schedule = world_.schedule;
    return schedule.kill == 0 && schedule.suspend == 0 && schedule.senders == 1 &&
           schedule.spill_lost == 0 && schedule.server_clock_jumps.empty() && schedule.hosts == 1 &&
           schedule.resends.empty();
}

std::size_t Simulation::count(RowState state) const {
    const auto& rows = world_.database.rows();
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return row.state == state; }));
}

void Simulation::check_end() {
    world_.tally.second_posts += world_.ledger.second_posts();
    world_.tally.claims_after_release += world_.ledger.claims_after_release();
    world_.ledger.check_end();
    for (std::size_t i = calm_from_; i < senders_.size(); ++i) {
        if (senders_[i]->reason() != SendStop::done)
            throw Violation("nothing is wrong any more, and the last run is not done");
    }
    if (undisturbed())
        world_.ledger.check_no_needless_doubt();
    if (world_.schedule.calm && count(RowState::recorded) != world_.schedule.recipients)
        throw Violation("nothing went wrong, and not everybody was sent to");
}

} // namespace

void play(std::uint64_t seed, bool tell, Tally& tally) {
    Simulation(seed, tell, tally).play();
}

} // namespace blast::simulation
