#pragma once

#include <cstdint>

namespace blast {

/// How many recipients of one blast, or of several together, are in which state.
struct BlastCounts {
    std::int64_t queued = 0;
    std::int64_t sending = 0;
    std::int64_t failed = 0;
    std::int64_t unconfirmed = 0;
    std::int64_t dropped = 0;
    std::int64_t pending = 0;
    std::int64_t delivery_ack = 0;
    std::int64_t read_ack = 0;
    std::int64_t replied = 0;
    std::int64_t undeliverable = 0; ///< of those pending
    std::int64_t closed = 0;        ///< of those sent: a sale

    std::int64_t sent() const { return pending + delivery_ack + read_ack + replied; }
    std::int64_t received() const { return delivery_ack + read_ack + replied; }
    std::int64_t read() const { return read_ack + replied; }
    std::int64_t not_sent() const { return queued + sending + failed + unconfirmed + dropped; }
    std::int64_t recipients() const { return sent() + not_sent(); }
};

} // namespace blast
