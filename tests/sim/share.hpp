#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace blast::sim {

/// A part of all messages: a probability, or a fraction that holds exactly over each run of `denominator` messages.
struct Share {
    double value = 0;              ///< 0 to 1
    std::uint64_t numerator = 0;   ///< of a fraction
    std::uint64_t denominator = 0; ///< 0: a probability

    bool exact() const noexcept { return denominator != 0; }
};

/// "0.96", "1" or "240/250". Throws UsageError naming `flag` for anything else, also outside 0 to 1 and for
/// denominators past 10,000.
Share parse_share(std::string_view text, std::string_view flag);

/// How far all messages get, each as a share of all that were accepted: replied <= read <= delivered, and what is
/// undeliverable is among the rest.
struct StageShares {
    Share delivered;
    Share read;
    Share replied;
    Share undeliverable;
};

/// The shares that a user gave; what is left out is 240/250, 180/250, 50/250 and none, fitted to what was given.
struct GivenShares {
    std::optional<Share> delivered;
    std::optional<Share> read;
    std::optional<Share> replied;
    std::optional<Share> undeliverable;
};

/// Throws UsageError when the given ones do not nest (more read than delivered), or when their fractions only come out
/// even over more than 100,000 messages.
StageShares complete_shares(const GivenShares& given);

/// Over how many messages all fractions of `shares` come out exactly; 1 when there are none.
std::uint64_t block_length(const StageShares& shares);

} // namespace blast::sim
