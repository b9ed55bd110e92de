#pragma once

#include "sim/draws.hpp"
#include "sim/share.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace blast::sim {

/// How far a message gets.
enum class Stage : std::uint8_t { sent, undeliverable, delivered, read, replied };

/// Deals out how far each accepted message gets, in the order of acceptance: exactly by the fractions over each block,
/// by chance for probabilities, shuffled by the seed.
class StageDealer {
public:
    StageDealer(const StageShares& shares, std::uint64_t seed);

    Stage next();

private:
    Stage stage_at(std::uint64_t rank, double offset) const;

    StageShares shares_;
    std::mt19937_64 engine_;
    Draws draws_;
    std::vector<std::uint32_t> ranks_;
    std::uint64_t dealt_ = 0;
};

/// What becomes of one message; each time is counted from its acceptance, with the speed applied.
struct Fate {
    Stage reach = Stage::sent;
    bool read_receipt =
        true; ///< false: who reads has read receipts off, and no READ_ACK ever comes
    std::chrono::nanoseconds acknowledged{}; ///< SERVER_ACK
    std::chrono::nanoseconds delivered{};    ///< or, for an undeliverable one, ERROR
    std::chrono::nanoseconds read{};
    std::chrono::nanoseconds replied{};

    /// When this stage is reached. Meaningful up to `reach`.
    std::chrono::nanoseconds time_of(Stage stage) const;
};

struct FateSettings {
    std::uint64_t seed = 1;
    double speed = 1;
    double receipts_off = 0; ///< of those who reply
};

/// The same for the same seed, message number and reach. Delivery takes seconds (median 4 s), reading most of an hour
/// after it (median 40 min, at most 48 h), a reply longer still (median 80 min after the reading, at most 48 h).
Fate fate_of(const FateSettings& settings, std::uint64_t ordinal, Stage reach);

/// The status that the gateway reports at an age.
struct StatusAt {
    const char* name;               ///< as on the wire, "DELIVERY_ACK"
    std::chrono::nanoseconds since; ///< from the acceptance
};
StatusAt status_at(const Fate& fate, std::chrono::nanoseconds age);

/// The next stage that the gateway tells of by itself, if any: delivered (or undeliverable), read, replied.
std::optional<Stage> next_event(const Fate& fate, Stage after);

} // namespace blast::sim
