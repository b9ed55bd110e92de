#pragma once

#include <cmath>
#include <cstdint>

namespace blast::sim {

/// What a draw is for: two purposes never share one.
enum class Purpose : std::uint8_t {
    share,
    acknowledged,
    delivered,
    read,
    replied,
    read_receipt,
    reply_text,
    opt_out,
    receipt_shape,
    send_fault,
    status_fault,
    duplicate_id,
    device_number
};

/// Uniform draws that depend on the seed, a subject (which message, which request) and a purpose alone, so that they
/// can be drawn again instead of kept, in any order. SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
/// number generators", OOPSLA 2014) as a hash of the three.
class Draws {
public:
    explicit constexpr Draws(std::uint64_t seed) : seed_(seed) {}

    constexpr std::uint64_t bits(std::uint64_t subject, Purpose purpose) const {
        return mix(
            mix(seed_ + (static_cast<std::uint64_t>(purpose) + 1) * golden) + subject * golden);
    }

    /// In [0, 1).
    constexpr double uniform(std::uint64_t subject, Purpose purpose) const {
        return static_cast<double>(bits(subject, purpose) >> 11U) * 0x1.0p-53;
    }

    /// Log-normal with this median; `sigma` is the deviation of the logarithm.
    double lognormal(std::uint64_t subject, Purpose purpose, double median, double sigma) const;

private:
    static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;

    static constexpr std::uint64_t mix(std::uint64_t value) {
        value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
        return value ^ (value >> 31U);
    }

    std::uint64_t seed_;
};

inline double
Draws::lognormal(std::uint64_t subject, Purpose purpose, double median, double sigma) const {
    // Box and Muller's transform of two uniform draws; the second is the first's own bits, mixed once more.
    const std::uint64_t first = bits(subject, purpose);
    const double radius_draw =
        (static_cast<double>(first >> 11U) + 1) * 0x1.0p-53; // (0, 1]: its logarithm exists
    const double angle_draw = static_cast<double>(mix(first + golden) >> 11U) * 0x1.0p-53;
    constexpr double two_pi = 6.283185307179586;
    const double normal = std::sqrt(-2.0 * std::log(radius_draw)) * std::cos(two_pi * angle_draw);
    return median * std::exp(sigma * normal);
}

} // namespace blast::sim
