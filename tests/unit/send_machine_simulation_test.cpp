#include "support/catch.hpp"
#include "unit/simulation/simulation.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace blast::simulation;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t usual_schedules = 10'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::uint64_t usual_schedules = 10'000;
#else
constexpr std::uint64_t usual_schedules = 100'000;
#endif
#else
constexpr std::uint64_t usual_schedules = 100'000;
#endif

std::optional<std::uint64_t> number_from_environment(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): there is one thread
    return value == nullptr ? std::nullopt : std::optional(std::stoull(value));
}

/// What the schedule does wrong, if anything.
std::string play_one(std::uint64_t seed, bool tell, Tally& tally) {
    try {
        play(seed, tell, tally);
    } catch (const Violation& violation) {
        return violation.what();
    }
    return {};
}

} // namespace

TEST_CASE("a recipient is posted at most once and none is lost, whatever fails and whenever") {
    Tally tally;
    if (const auto seed = number_from_environment("BLAST_SIMULATION_SEED")) {
        INFO("seed " << *seed);
        CHECK(play_one(*seed, true, tally) == "");
        return;
    }
    const auto schedules =
        number_from_environment("BLAST_SIMULATION_SCHEDULES").value_or(usual_schedules);
    for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
        const std::string wrong = play_one(seed, false, tally);
        INFO("replay it with BLAST_SIMULATION_SEED=" << seed);
        REQUIRE(wrong == "");
    }
    // Fewer, which somebody has asked for, need not meet them all.
    if (schedules >= usual_schedules)
        CHECK(never_met(tally) == std::vector<std::string>{});
}
