#include "blast/domain/server_clock.hpp"

namespace blast {

namespace {

double seconds(Instant::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

} // namespace

void ServerClock::learn(Instant asked, Instant answered, double epoch_seconds) {
    const auto took = answered - asked;
    // A good exchange is believed for long, but not for ever: clocks drift.
    if (round_trip_ && took > *round_trip_) {
        *round_trip_ += *round_trip_ / 16;
        return;
    }
    round_trip_ = took;
    offset_seconds_ = epoch_seconds - seconds((asked + took / 2).time_since_epoch());
}

Instant ServerClock::instant_of(double epoch_seconds) const {
    const std::chrono::duration<double> since_boot(epoch_seconds - offset_seconds_);
    return Instant(std::chrono::duration_cast<Instant::duration>(since_boot));
}

} // namespace blast
