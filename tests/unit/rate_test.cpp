#include "blast/core/error.hpp"
#include "blast/domain/pacing.hpp"

#include "support/catch.hpp"

using namespace blast;
using blast::test::Approx;
using blast::test::Contains;
using blast::test::StartsWith;

TEST_CASE("A rate is a number a second, a minute or an hour") {
    CHECK(parse_rate("1/s", "--rate").per_second == Approx(1));
    CHECK(parse_rate("30/m", "--rate").per_second == Approx(0.5));
    CHECK(parse_rate("500/h", "--rate").per_second == Approx(500.0 / 3600));
    CHECK(parse_rate("2.5/s", "--rate").per_second == Approx(2.5));
    CHECK(parse_rate("100000/s", "--rate").per_second == Approx(100'000));
    CHECK(parse_rate("30/m", "--rate").text == "30/m");
}

TEST_CASE("The rate max has no number") {
    const Rate rate = parse_rate("max", "--rate");
    CHECK_FALSE(rate.per_second.has_value());
    CHECK(rate.text == "max");
}

TEST_CASE("Whatever else is written for a rate is refused, naming the flag") {
    for (const char* const bad : {"",      "1",     "/s",       "1/",   "1/d",   "1/S",   "0/s",
                                  "-1/s",  "+1/s",  " 1/s",     "1 /s", "1/s ",  "1e3/s", "nan/s",
                                  "inf/s", "1,5/s", "100001/s", "Max",  "1/s\n", "0x1/s"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_rate(bad, "--rate"), UsageError);
    }
    CHECK_THROWS_WITH(parse_rate("fast", "--rate"), StartsWith("--rate: 'fast' is not a rate: "));
}

TEST_CASE("A rate that is slower than one in 30 days is refused, saying what is allowed") {
    CHECK(parse_rate("0.0014/h", "--rate").per_second > 0);
    for (const char* slow : {"0.000000000001/h", "0.00138/h", "0.0000001/s"}) {
        CAPTURE(slow);
        CHECK_THROWS_WITH(parse_rate(slow, "--rate"), Contains("too slow: one in 30 days"));
    }
}
