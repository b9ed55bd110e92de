#include "blast/run/reconnect.hpp"

#include "blast/core/backoff.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/error.hpp"

#include <thread>

namespace blast {

namespace {

constexpr std::chrono::milliseconds first_gap{100};
constexpr std::chrono::milliseconds longest_gap{5'000};

/// Called in a handler: rests before the next try, or throws on what it handles when that would come after `end`.
void rest_or_rethrow(Backoff& backoff, Random& random, Instant end) {
    const auto gap = backoff.next(random);
    if (BootClock::now() + gap >= end) {
        throw;
    }
    std::this_thread::sleep_for(gap);
}

} // namespace

void reconnect(
    Connection& connection,
    const std::string& url,
    Random& random,
    std::chrono::milliseconds budget) {
    const Instant end = BootClock::now() + budget;
    Backoff backoff(first_gap, longest_gap);
    for (;;) {
        try {
            connection = Connection(url);
            return;
        } catch (const UnavailableError&) {
            rest_or_rethrow(backoff, random, end);
        }
    }
}

} // namespace blast
