#pragma once

#include <bitset>
#include <cstddef>

namespace blast {

/// Watches for a burst of failures: opens once at least 10, and more than half, of the last 20 outcomes failed.
class Circuit {
public:
    static constexpr std::size_t window = 20;
    static constexpr std::size_t least_failures = 10;

    void record(bool failed) {
        outcomes_ <<= 1;
        outcomes_[0] = failed;
        seen_ = seen_ < window ? seen_ + 1 : window;
    }

    bool open() const { return failures() >= least_failures && failures() * 2 > seen_; }
    std::size_t failures() const { return outcomes_.count(); }
    std::size_t seen() const noexcept { return seen_; }

private:
    std::bitset<window> outcomes_;
    std::size_t seen_ = 0;
};

} // namespace blast
