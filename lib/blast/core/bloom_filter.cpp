#include "blast/core/bloom_filter.hpp"

#include <functional>

namespace blast {

bool BloomFilter::insert(std::string_view text) {
    // Two halves of one hash stand in for as many as are wanted (Kirsch and Mitzenmacher, 2006).
    const std::uint64_t hash = std::hash<std::string_view>()(text);
    const std::uint64_t step = (hash >> 32U) | 1U;
    bool is_new = false;
    for (std::uint64_t i = 0, at = hash; i < hashes; ++i, at += step) {
        std::uint64_t& word = words_[at % bits / 64];
        const std::uint64_t bit = std::uint64_t{1} << (at % 64);
        is_new = is_new || (word & bit) == 0;
        word |= bit;
    }
    return is_new;
}

} // namespace blast
