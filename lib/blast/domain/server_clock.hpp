#pragma once

#include "blast/core/clock.hpp"

#include <optional>

namespace blast {

/// The database's clock as this machine's clock since boot sees it: from exchanges that each took a known time, the
/// quickest of late counts, as NTP does it (RFC 5905, clock filter). Slots are the database's; this says when they are.
class ServerClock {
public:
    /// The server said `epoch_seconds` somewhere between `asked` and `answered`.
    void learn(Instant asked, Instant answered, double epoch_seconds);

    /// Of a moment on the server's clock. Only after learn().
    Instant instant_of(double epoch_seconds) const;
    /// The quickest exchange of late; 0 before the first.
    Instant::duration round_trip() const { return round_trip_.value_or(Instant::duration::zero()); }

private:
    std::optional<Instant::duration> round_trip_;
    double offset_seconds_ = 0; ///< of the server's clock before this machine's
};

} // namespace blast
