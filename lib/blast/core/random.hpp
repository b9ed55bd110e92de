#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace blast {

/// Randomness as it is passed in: seeded in tests, from the kernel in the tools. Not thread-safe; not for secrets.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// Seeded from the kernel (std::random_device).
    static Random from_system();

    /// Uniform in [0, 1).
    double uniform();
    /// Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    /// A random UUID, version 4 (RFC 9562), as 36 lower-case characters.
    std::string uuid();

private:
    std::mt19937_64 engine_;
};

} // namespace blast
