#pragma once

#include "blast/core/clock.hpp"
#include "blast/core/random.hpp"
#include "blast/domain/send_machine.hpp"

#include <optional>
#include <vector>

namespace blast::simulation {

/// What a gateway can do to one request.
enum class GatewayFault {
    accepted_answer_lost,    ///< accepted, then the connection dies
    accepted_too_late,       ///< accepted, the answer comes after the client's timeout
    accepted_error_page,     ///< accepted, the proxy before it says 502
    accepted_unreadable,     ///< accepted, 200 without an id
    accepted_known_id,       ///< accepted, with an id that another message of the blast has
    lost_before,             ///< the connection dies before anything is accepted
    server_error,            ///< 503, nothing accepted
    refused,                 ///< 400
    refused_in_doubt,        ///< success:false, but accepted: "timed out" in its words
    throttled,               ///< 429
    throttled_with_wait,     ///< 429 with Retry-After
    unreachable,             ///< no connection
    forbidden,               ///< 403 for the recipient, the token is good
    token_refused,           ///< 401
    token_forbidden,         ///< 403, and the token is refused too
    certificate_not_trusted, ///< no request byte is sent
    count
};

/// A time during which something is not there.
struct Outage {
    Instant from{};
    Instant until{};

    bool covers(Instant now) const { return now >= from && now < until; }
};

/// What one process will meet, counted in its own steps (events it handles and commands it carries out); 0: never.
struct ProcessFate {
    std::uint64_t killed_at = 0;
    std::uint64_t suspended_at = 0;
    Instant::duration suspended_for{};
    std::uint64_t stopped_at = 0;
    SendStop stop = SendStop::interrupted;
    std::uint64_t signalled_at = 0; ///< SIGTERM, whatever else is going on
};

/// A blast, those who send it, and all that goes wrong: drawn from a seed.
struct Schedule {
    explicit Schedule(Random& random, Instant start);

    ProcessFate draw_fate(Random& random) const;

    // the blast and its senders
    std::size_t recipients = 1;
    std::size_t senders = 1;     ///< started at first
    std::size_t most_starts = 1; ///< those that are started in place of others included
    std::size_t hosts = 1;
    std::size_t devices = 1;
    bool pinned = false; ///< some recipients belong to one device
    std::size_t concurrency = 8;
    std::optional<double> rate; ///< messages a second
    int jitter_percent = 0;
    std::optional<int> daily_cap;
    bool probing = false; ///< the circuit is open at first
    std::chrono::milliseconds request_timeout{25'000};

    // delays
    Instant::duration database_delay{}; ///< one way, at least; up to three times that
    Instant::duration gateway_delay{};
    Instant::duration begin_delay{}; ///< from a Post to its first byte, at most

    // faults
    bool calm = false; ///< none at all
    double gateway_fault = 0;
    std::vector<GatewayFault> gateway_faults;
    std::vector<Outage> gateway_outages;
    double exchange_fault = 0; ///< of one exchange with the database
    bool pooled = false;       ///< a pooler takes connections while the database is away
    std::vector<Outage> database_outages;
    std::vector<Outage> first_host_outages; ///< of the way from the first host to the database
    double kill = 0;                        ///< of one process
    double suspend = 0;
    double stop = 0;
    double spill_lost = 0;                   ///< the disk is full
    std::vector<Instant> server_clock_jumps; ///< forward, by a minute
    std::vector<Instant> resends;            ///< the user's word, for all that is unconfirmed
    std::vector<Instant> retries;            ///< the same for what failed
    std::vector<Instant> opt_outs;           ///< of one recipient
    std::vector<Instant> cancels;            ///< of the blast
    std::vector<Instant> resolves;           ///< of one unconfirmed recipient, "sent"
};

} // namespace blast::simulation
