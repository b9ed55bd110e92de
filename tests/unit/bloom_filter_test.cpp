#include "blast/core/bloom_filter.hpp"

#include "support/catch.hpp"

#include <string>

using blast::BloomFilter;

TEST_CASE("What was noted before is never taken for new") {
    BloomFilter filter;
    constexpr int texts = 100'000;
    for (int i = 0; i < texts; ++i)
        filter.insert("+6012" + std::to_string(i));
    int new_again = 0;
    for (int i = 0; i < texts; ++i)
        new_again += filter.insert("+6012" + std::to_string(i)) ? 1 : 0;
    CHECK(new_again == 0);
}

TEST_CASE("Hardly anything new is taken for a repeat") {
    BloomFilter filter;
    constexpr int texts = 1'000'000;
    int mistaken = 0;
    for (int i = 0; i < texts; ++i)
        mistaken += filter.insert("+60" + std::to_string(100'000'000 + i)) ? 0 : 1;
    CHECK(mistaken < texts / 1'000);
}
