#include "sim/fate.hpp"

#include <algorithm>
#include <numeric>

namespace blast::sim {

using std::chrono::nanoseconds;

namespace {

constexpr double hour = 3600;
constexpr double longest_wait = 48 * hour;

nanoseconds shortened(double seconds, double speed) {
    return nanoseconds(static_cast<std::int64_t>(seconds / speed * 1e9));
}

} // namespace

StageDealer::StageDealer(const StageShares& shares, std::uint64_t seed)
    : shares_(shares), engine_(seed), draws_(seed), ranks_(block_length(shares)) {
    std::iota(ranks_.begin(), ranks_.end(), 0U);
}

Stage StageDealer::next() {
    const std::uint64_t place = dealt_ % ranks_.size();
    if (place == 0) {
        std::shuffle(ranks_.begin(), ranks_.end(), engine_);
    }
    const double offset = draws_.uniform(dealt_, Purpose::share);
    ++dealt_;
    return stage_at(ranks_[place], offset);
}

/// The message stands at `rank + offset` on a line as long as the block: the front of it replies, what follows reads,
/// then is delivered, and the far end is undeliverable. A fraction's bound is a whole rank, so it is met exactly.
Stage StageDealer::stage_at(std::uint64_t rank, double offset) const {
    const auto length = static_cast<double>(ranks_.size());
    const double position = static_cast<double>(rank) + offset;
    const auto bound = [this, length](const Share& share) {
        if (!share.exact()) {
            return share.value * length;
        }
        const std::uint64_t blocks_within = ranks_.size() / share.denominator;
        return static_cast<double>(share.numerator * blocks_within);
    };
    if (position < bound(shares_.replied)) {
        return Stage::replied;
    }
    if (position < bound(shares_.read)) {
        return Stage::read;
    }
    if (position < bound(shares_.delivered)) {
        return Stage::delivered;
    }
    return position >= length - bound(shares_.undeliverable) ? Stage::undeliverable : Stage::sent;
}

nanoseconds Fate::time_of(Stage stage) const {
    switch (stage) {
    case Stage::sent: return acknowledged;
    case Stage::undeliverable:
    case Stage::delivered: return delivered;
    case Stage::read: return read;
    case Stage::replied: return replied;
    }
    return acknowledged;
}

Fate fate_of(const FateSettings& settings, std::uint64_t ordinal, Stage reach) {
    const Draws draws(settings.seed);
    const double acknowledged = 0.1 + 0.9 * draws.uniform(ordinal, Purpose::acknowledged);
    const double delivered = acknowledged + draws.lognormal(ordinal, Purpose::delivered, 3.4, 1.6);
    const double read =
        delivered + std::min(longest_wait, draws.lognormal(ordinal, Purpose::read, 40 * 60, 1.6));
    const double replied =
        read + std::min(longest_wait, draws.lognormal(ordinal, Purpose::replied, 80 * 60, 1.3));
    const bool receipts_off = reach == Stage::replied &&
                              draws.uniform(ordinal, Purpose::read_receipt) < settings.receipts_off;
    return {
        reach,
        !receipts_off,
        shortened(acknowledged, settings.speed),
        shortened(delivered, settings.speed),
        shortened(read, settings.speed),
        shortened(replied, settings.speed)};
}

StatusAt status_at(const Fate& fate, nanoseconds age) {
    const bool read = fate.reach >= Stage::read && fate.read_receipt && age >= fate.read;
    if (read) {
        return {"READ_ACK", fate.read};
    }
    if (fate.reach >= Stage::delivered && age >= fate.delivered) {
        return {"DELIVERY_ACK", fate.delivered};
    }
    if (fate.reach == Stage::undeliverable && age >= fate.delivered) {
        return {"ERROR", fate.delivered};
    }
    if (age >= fate.acknowledged) {
        return {"SERVER_ACK", fate.acknowledged};
    }
    return {"PENDING", nanoseconds(0)};
}

std::optional<Stage> next_event(const Fate& fate, Stage after) {
    switch (after) {
    case Stage::sent:
        if (fate.reach == Stage::sent) {
            return std::nullopt;
        }
        return fate.reach == Stage::undeliverable ? Stage::undeliverable : Stage::delivered;
    case Stage::delivered:
        if (fate.reach < Stage::read) {
            return std::nullopt;
        }
        return fate.read_receipt ? Stage::read : Stage::replied;
    case Stage::read:
        return fate.reach == Stage::replied ? std::optional(Stage::replied) : std::nullopt;
    default: return std::nullopt;
    }
}

} // namespace blast::sim
