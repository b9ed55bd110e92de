#include "blast/domain/check_claims.hpp"

#include "support/catch.hpp"

using blast::CheckClaims;

using Ending = std::map<std::int64_t, std::vector<std::string>>;

TEST_CASE("a claim is let go with the last of its messages") {
    CheckClaims claims;
    const CheckClaims::Number claim = claims.add(7, "a", 3);
    claims.leave(claim);
    CHECK(claims.ending().empty());
    claims.committed();
    claims.leave(claim);
    claims.leave(claim);
    CHECK(claims.ending() == Ending{{7, {"a"}}});
    claims.committed();
    CHECK(claims.ending().empty());
    CHECK(claims.empty());
}

TEST_CASE("what a lost transaction wrote of a claim leaves it again") {
    CheckClaims claims;
    const CheckClaims::Number claim = claims.add(7, "a", 2);
    claims.leave(claim);
    claims.leave(claim);
    CHECK_FALSE(claims.ending().empty());
    claims.lost();
    CHECK(claims.ending().empty());
    claims.leave(claim);
    CHECK(claims.ending().empty());
    claims.leave(claim);
    CHECK(claims.ending() == Ending{{7, {"a"}}});
    claims.committed();
    CHECK(claims.empty());
}

TEST_CASE("claims of several blasts end together, each for its own") {
    CheckClaims claims;
    const CheckClaims::Number a = claims.add(7, "a", 1);
    const CheckClaims::Number b = claims.add(7, "b", 1);
    const CheckClaims::Number c = claims.add(8, "c", 2);
    const CheckClaims::Number d = claims.add(9, "d", 1);
    for (const CheckClaims::Number claim : {b, a, c, d})
        claims.leave(claim);
    CHECK(claims.ending() == Ending{{7, {"b", "a"}}, {9, {"d"}}});
    claims.committed();
    CHECK_FALSE(claims.empty());
}
