#include "blast/sim/draws.hpp"

#include <cmath>

namespace blast::sim {

double Draws::lognormal(std::uint64_t subject, Purpose purpose, double median, double sigma) const {
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
