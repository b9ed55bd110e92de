#include "unit/simulation/connection.hpp"

namespace blast::simulation {

using std::chrono::milliseconds;

namespace {

/// How long a client waits for an answer on a connection that seems whole.
constexpr std::chrono::seconds answer_limit{30};

} // namespace

Connection::Fate Connection::draw_fate(bool may_be_rejected) {
    if (world_.calm || !world_.chance(world_.schedule.exchange_fault))
        return Fate::through;
    const auto dice = world_.random.below(may_be_rejected ? 5 : 4);
    constexpr std::array<Fate, 5> fates{
        Fate::never, Fate::unanswered, Fate::late, Fate::unanswered, Fate::rejected};
    return fates.at(dice);
}

void Connection::exchange(Exchange exchange) {
    auto under_way = std::make_shared<UnderWay>();
    under_way->fate = draw_fate(exchange.may_be_rejected);
    under_way->exchange = std::move(exchange);
    busy_ = true;
    world_.queue.after(world_.database_delay(), [this, under_way] { arrive(under_way); });
}

void Connection::arrive(const std::shared_ptr<UnderWay>& under_way) {
    const bool here = whole() && world_.database_up(process_.host());
    const Fate fate = under_way->fate;
    if (here && (fate == Fate::through || fate == Fate::unanswered)) {
        under_way->exchange.run(false);
        under_way->ran = true;
    }
    world_.tally.exchanges_that_never_came += here && fate == Fate::never ? 1 : 0;
    world_.tally.exchanges_unanswered += here && fate == Fate::unanswered ? 1 : 0;
    auto back = world_.database_delay();
    const bool lost =
        !here || fate == Fate::never || fate == Fate::unanswered || fate == Fate::late;
    if (!here && whole() && world_.schedule.pooled) {
        ++world_.tally.silent_poolers;
        back += answer_limit;
    } else if (lost)
        back +=
            world_.up_to(milliseconds(world_.chance(0.9) ? 2'000 : 30'000)); // until it is noticed
    if (here && fate == Fate::late) {
        const auto late = world_.up_to(milliseconds(world_.chance(0.7) ? 1'000 : 60'000));
        ++world_.tally.exchanges_that_ran_late;
        world_.queue.after(back + late, [under_way] { under_way->exchange.run(true); });
    }
    world_.queue.after(back, [this, under_way] { come_back(under_way); });
}

void Connection::come_back(const std::shared_ptr<UnderWay>& under_way) {
    Ending ending = Ending::lost;
    if (whole() && under_way->fate == Fate::rejected)
        ending = Ending::rejected;
    world_.tally.exchanges_rejected += ending == Ending::rejected ? 1 : 0;
    if (whole() && under_way->fate == Fate::through && under_way->ran)
        ending = Ending::answered;
    process_.when_awake([this, under_way, ending] {
        busy_ = false;
        if (ending == Ending::lost) {
            connected_ = false;
            connect_after(gap_);
        } else
            gap_ = milliseconds(50);
        under_way->exchange.ended(ending);
        if (connected_ && !busy_)
            on_ready_();
    });
}

void Connection::cut() {
    ++cuts_;
    world_.queue.after(world_.up_to(milliseconds(2'000)), [this] {
        process_.when_awake([this] {
            if (!connected_ || busy_ || whole())
                return; // noticed by what was under way, or not connected at all
            connected_ = false;
            on_away_();
            connect_after(gap_);
        });
    });
}

void Connection::connect_after(Instant::duration delay) {
    world_.queue.after(delay + world_.database_delay(), [this] {
        process_.when_awake([this] { try_to_connect(); });
    });
}

void Connection::try_to_connect() {
    const bool fails = !world_.calm && world_.chance(world_.schedule.exchange_fault);
    gap_ = std::min<Instant::duration>(gap_ * 2, milliseconds(5'000));
    const bool taken = world_.schedule.pooled || world_.database_up(process_.host());
    world_.tally.failed_connects += fails ? 1 : 0;
    if (fails || !taken) {
        connect_after(gap_);
        return;
    }
    connected_ = true;
    cuts_before_ = cuts_;
    on_ready_();
}

} // namespace blast::simulation
