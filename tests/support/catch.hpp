#pragma once

/// Catch2 for every test, whichever version the distribution has: Debian 12 has 2, Debian 13 has 3, with other headers
/// and other names for the same matchers.

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

namespace blast::test {

using Catch::Approx;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

// NOLINTNEXTLINE(readability-identifier-naming): named as its siblings are
inline auto Contains(const std::string& part) {
    return Catch::Matchers::ContainsSubstring(part);
}

} // namespace blast::test

#else

#include <catch2/catch.hpp>

namespace blast::test {

using Catch::Detail::Approx;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

} // namespace blast::test

#endif
