#include "blast/core/random.hpp"

#include <fmt/format.h>

namespace blast {

Random Random::from_system() {
    std::random_device device;
    return Random((std::uint64_t{device()} << 32U) | device());
}

double Random::uniform() {
    constexpr double two_to_minus_53 = 0x1.0p-53;
    return static_cast<double>(engine_() >> 11U) * two_to_minus_53;
}

std::uint64_t Random::below(std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
}

std::string Random::uuid() {
    const std::uint64_t high = (engine_() & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
    const std::uint64_t low = (engine_() & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
    return fmt::format(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU, high & 0xFFFFU,
        low >> 48U, low & 0xFFFFFFFFFFFFULL);
}

} // namespace blast
