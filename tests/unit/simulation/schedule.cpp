#include "unit/simulation/schedule.hpp"

#include <array>
#include <cmath>

namespace blast::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

bool chance(Random& random, double share) {
    return random.uniform() < share;
}

Instant::duration of_seconds(double value) {
    return std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>(value));
}

double as_seconds(Instant::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Between two bounds, each order of magnitude as likely as another.
Instant::duration log_uniform(Random& random, double least, double most) {
    return of_seconds(least * std::pow(most / least, random.uniform()));
}

template <typename Value, std::size_t count>
Value one_of(Random& random, const std::array<Value, count>& values) {
    return values.at(random.below(count));
}

/// Moments of a run, from its start to a while after its likely end.
struct Span {
    Instant start;
    Instant::duration length;

    Instant draw(Random& random) const {
        return start + of_seconds(as_seconds(length) * 1.5 * random.uniform());
    }
    std::vector<Instant> draw(Random& random, double share, std::uint64_t most) const {
        std::vector<Instant> moments;
        if (!chance(random, share))
            return moments;
        for (std::uint64_t left = 1 + random.below(most); left > 0; --left)
            moments.push_back(draw(random));
        return moments;
    }
    std::vector<Outage> draw_outages(Random& random, double share) const {
        std::vector<Outage> outages;
        for (const Instant from : draw(random, share, 2)) {
            const bool past_the_budget = chance(random, 0.3);
            const auto lasts = past_the_budget ? of_seconds(60.0 + 140.0 * random.uniform())
                                               : log_uniform(random, 0.01, 60.0);
            outages.push_back({from, from + lasts});
        }
        return outages;
    }
};

std::optional<double> draw_rate(Random& random) {
    const double dice = random.uniform();
    if (dice < 0.5)
        return std::nullopt;
    if (dice < 0.7)
        return 100.0;
    if (dice < 0.85)
        return 10.0;
    return dice < 0.97 ? 1.0 : 1.0 / 60.0;
}

/// Those that end a run at once are rare, or nothing else would be seen.
std::vector<GatewayFault> draw_faults(Random& random) {
    std::vector<GatewayFault> faults;
    for (int kind = 0; kind < static_cast<int>(GatewayFault::count); ++kind) {
        const auto fault = static_cast<GatewayFault>(kind);
        const bool ends_the_run = fault >= GatewayFault::token_refused;
        if (chance(random, ends_the_run ? 0.03 : 0.4))
            faults.push_back(fault);
    }
    return faults;
}

} // namespace

Schedule::Schedule(Random& random, Instant start)
    : recipients(1 + random.below(chance(random, 0.5) ? 8 : 40)),
      senders(chance(random, 0.5) ? 1 : 2 + random.below(3)),
      most_starts(senders + random.below(4)),
      hosts(1 + random.below(2)),
      devices(chance(random, 0.7) ? 1 : 2 + random.below(2)),
      pinned(chance(random, 0.3)),
      concurrency(one_of(random, std::array<std::size_t, 6>{1, 2, 3, 4, 8, 16})),
      rate(draw_rate(random)),
      jitter_percent(chance(random, 0.5) ? 30 : 0) {
    if (chance(random, 0.1))
        daily_cap = static_cast<int>(1 + random.below(20));
    probing = chance(random, 0.1);
    request_timeout = milliseconds(chance(random, 0.7) ? 25'000 : 1'000 + random.below(24'000));
    database_delay = log_uniform(random, 0.000'1, chance(random, 0.8) ? 0.003 : 0.3);
    gateway_delay = log_uniform(random, 0.001, chance(random, 0.8) ? 0.3 : 5.0);
    // Where nothing goes wrong, an answer comes in time.
    request_timeout =
        std::max(request_timeout, std::chrono::duration_cast<milliseconds>(gateway_delay * 4));
    begin_delay = chance(random, 0.8) ? Instant::duration::zero() : log_uniform(random, 0.02, 4.0);

    calm = chance(random, 0.1);
    if (calm)
        return;
    const double each = rate ? 1.0 / *rate : as_seconds(gateway_delay) / double(concurrency);
    const Span span{start, of_seconds(0.2 + each * double(recipients))};
    if (chance(random, 0.6)) {
        gateway_fault = one_of(random, std::array<double, 5>{0.02, 0.1, 0.2, 0.5, 0.9});
        gateway_faults = draw_faults(random);
    }
    gateway_outages = span.draw_outages(random, 0.15);
    if (chance(random, 0.5))
        exchange_fault = one_of(random, std::array<double, 4>{0.01, 0.05, 0.2, 0.5});
    pooled = chance(random, 0.3);
    database_outages = span.draw_outages(random, 0.25);
    first_host_outages = span.draw_outages(random, 0.25);
    kill = one_of(random, std::array<double, 3>{0, 0.3, 1});
    suspend = one_of(random, std::array<double, 3>{0, 0, 0.5});
    stop = one_of(random, std::array<double, 3>{0, 0, 0.5});
    spill_lost = chance(random, 0.1) ? 0.5 : 0;
    server_clock_jumps = span.draw(random, 0.05, 2);
    resends = span.draw(random, 0.4, 3);
    for (Instant& when : resends) {
        when += chance(random, 0.5) ? log_uniform(random, 1.0, 150.0) : Instant::duration::zero();
    }
    retries = span.draw(random, 0.1, 2);
    opt_outs = span.draw(random, 0.3, 6);
    cancels = span.draw(random, 0.1, 2);
    resolves = span.draw(random, 0.05, 2);
}

ProcessFate Schedule::draw_fate(Random& random) const {
    ProcessFate fate;
    // A recipient takes about six steps; some fates lie beyond the end, and never come.
    const std::uint64_t steps = 12 + 7 * recipients / senders;
    if (chance(random, kill))
        fate.killed_at = 1 + random.below(steps);
    if (chance(random, suspend)) {
        fate.suspended_at = 1 + random.below(steps);
        fate.suspended_for = log_uniform(random, 0.01, 300.0);
    }
    if (chance(random, stop)) {
        constexpr std::array<SendStop, 5> reasons{
            SendStop::hung_up, SendStop::interrupted, SendStop::terminated, SendStop::window_closed,
            SendStop::database_away};
        fate.stopped_at = 1 + random.below(steps);
        fate.stop = one_of(random, reasons);
        fate.signalled_at = chance(random, 0.3) ? fate.stopped_at + random.below(10) : 0;
    }
    return fate;
}

} // namespace blast::simulation
