#include "blast/core/error.hpp"

#include "sim/share.hpp"
#include "support/catch.hpp"

#include <string>

using blast::UsageError;
using blast::sim::complete_shares;
using blast::sim::GivenShares;
using blast::sim::parse_share;
using blast::sim::Share;
using blast::test::Approx;
using blast::test::StartsWith;

TEST_CASE("a share is a probability or a fraction") {
    CHECK(parse_share("0.96", "--delivered").value == 0.96);
    CHECK_FALSE(parse_share("0.96", "--delivered").exact());
    CHECK(parse_share("1", "--delivered").value == 1);
    const Share fraction = parse_share("240/250", "--delivered");
    CHECK(fraction.exact());
    CHECK(fraction.numerator == 240);
    CHECK(fraction.denominator == 250);
    CHECK(fraction.value == Approx(0.96));
}

TEST_CASE("what is not a share is refused, naming the flag") {
    const std::string text = GENERATE(
        "", "half", "-0.1", "1.1", "nan", "inf", "0.5x", "96%", "251/250", "1/0", "-1/2", "1/2/3",
        "1/10001", "/", "0.5/1");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_share(text, "--read"), UsageError);
    CHECK_THROWS_WITH(parse_share(text, "--read"), StartsWith("--read: '" + text + "'"));
}

TEST_CASE("shares that are left out follow the usual funnel, fitted to what was given") {
    const auto usual = complete_shares({});
    CHECK(usual.delivered.numerator == 240);
    CHECK(usual.read.numerator == 180);
    CHECK(usual.replied.numerator == 50);
    CHECK(usual.undeliverable.value == 0);
    CHECK(block_length(usual) == 250);

    GivenShares few_delivered;
    few_delivered.delivered = parse_share("0.1", "");
    CHECK(complete_shares(few_delivered).read.value == 0.1);
    CHECK(complete_shares(few_delivered).replied.value == 0.1);

    GivenShares all_reply;
    all_reply.replied = parse_share("1", "");
    CHECK(complete_shares(all_reply).delivered.value == 1);
    CHECK(complete_shares(all_reply).read.value == 1);
}

TEST_CASE("shares that do not nest are refused") {
    GivenShares more_read;
    more_read.delivered = parse_share("1/2", "");
    more_read.read = parse_share("2/3", "");
    CHECK_THROWS_AS(complete_shares(more_read), UsageError);

    GivenShares more_replied;
    more_replied.read = parse_share("0.2", "");
    more_replied.replied = parse_share("0.3", "");
    CHECK_THROWS_AS(complete_shares(more_replied), UsageError);

    GivenShares too_much;
    too_much.delivered = parse_share("240/250", "");
    too_much.undeliverable = parse_share("11/250", "");
    CHECK_THROWS_AS(complete_shares(too_much), UsageError);
    too_much.undeliverable = parse_share("10/250", "");
    CHECK_NOTHROW(complete_shares(too_much));
}

TEST_CASE("fractions that come out even only over too many messages are refused") {
    GivenShares odd;
    odd.delivered = parse_share("9972/9973", "");
    odd.read = parse_share("9000/9967", "");
    CHECK_THROWS_AS(complete_shares(odd), UsageError);
}
