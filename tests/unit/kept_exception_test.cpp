#include "blast/core/kept_exception.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <stdexcept>
#include <vector>

using blast::KeptException;

TEST_CASE("An exception of a callback is thrown after the C library that called it has returned") {
    static KeptException kept;
    std::vector<int> numbers{3, 1, 2};
    std::qsort(numbers.data(), numbers.size(), sizeof(int), [](const void*, const void*) {
        kept.keep([] { throw std::runtime_error("in the callback"); });
        return 0;
    });
    CHECK_THROWS_WITH(kept.rethrow(), "in the callback");
    CHECK_NOTHROW(kept.rethrow()); // once
}

TEST_CASE("Of several exceptions the first is kept") {
    KeptException kept;
    CHECK(kept.keep([] {}));
    CHECK_NOTHROW(kept.rethrow());
    CHECK_FALSE(kept.keep([] { throw std::runtime_error("first"); }));
    CHECK_FALSE(kept.keep([] { throw std::runtime_error("second"); }));
    CHECK_THROWS_WITH(kept.rethrow(), "first");
}
