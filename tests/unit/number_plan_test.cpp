#include "blast/domain/number_plan.hpp"

#include "blast/core/random.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <phonenumbers/phonenumberutil.h>
#include <vector>

using blast::NumberPlan;
using blast::Random;

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/// What the library makes of the same digits: E.164, or empty for what it finds invalid.
std::string by_library(const std::string& text, const std::string& region) {
    const PhoneNumberUtil& library = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string e164;
    if (library.Parse(text, region, &number) == PhoneNumberUtil::NO_PARSING_ERROR &&
        library.IsValidNumber(number))
        library.Format(number, PhoneNumberUtil::E164, &e164);
    return e164;
}

std::string digits_of_length(Random& random, std::size_t length) {
    std::string digits;
    while (digits.size() < length)
        digits += static_cast<char>('0' + random.below(10));
    return digits;
}

/// Numbers around a plan's borders: any front, any length that could be right or just wrong.
std::string drawn_number(Random& random, const std::string& calling_code) {
    const std::vector<std::string> fronts = {
        "",
        "0",
        "00",
        "1",
        "01",
        "011",
        "03",
        calling_code,
        calling_code + "1",
        calling_code + "0",
        "0" + calling_code,
        "00" + calling_code};
    return fronts[random.below(fronts.size())] + digits_of_length(random, 5 + random.below(7));
}

struct Tally {
    int taken = 0;
    int valid = 0;
};

/// Draws numbers and holds each against the library; counts how many the plan took and how many are valid at all.
Tally compare(const std::string& region, const std::string& calling_code, int draws) {
    const auto plan = NumberPlan::of_region(region);
    REQUIRE(plan);
    Random random(20'261'122);
    Tally tally;
    for (int i = 0; i < draws; ++i) {
        const bool international = random.below(3) == 0;
        const std::string digits = drawn_number(random, calling_code);
        const std::string ours = plan->e164(digits, international);
        const std::string theirs = by_library((international ? "+" : "") + digits, region);
        tally.taken += ours.empty() ? 0 : 1;
        tally.valid += theirs.empty() ? 0 : 1;
        if (!ours.empty() && ours != theirs)
            FAIL(fmt::format("{} {}: {} but the library says {}", region, digits, ours, theirs));
    }
    return tally;
}

} // namespace

TEST_CASE("the plan of Malaysia takes the spellings that people use") {
    const auto plan = NumberPlan::of_region("MY");
    REQUIRE(plan);
    CHECK(plan->e164("0123456789", false) == "+60123456789");
    CHECK(plan->e164("60123456789", true) == "+60123456789");
    CHECK(plan->e164("60123456789", false) == "+60123456789");
    CHECK(plan->e164("123456789", false) == "+60123456789");
    CHECK(plan->e164("01112345678", false) == "+601112345678");
    CHECK(plan->e164("0060123456789", false) == "+60123456789");
    CHECK(plan->e164("0321612345", false) == "+60321612345");
    CHECK(plan->e164("1300881234", false) == "+601300881234");
}

TEST_CASE("the plan leaves to the library what it cannot be certain of") {
    const auto plan = NumberPlan::of_region("MY");
    REQUIRE(plan);
    for (const char* digits :
         {"", "0", "012345678", "00600123456789", "006591234567", "6591234567", "999",
          "60012345678", "012345678901234567890"}) {
        INFO(digits);
        CHECK(plan->e164(digits, false).empty());
    }
    CHECK(plan->e164("6591234567", true).empty());
    CHECK(plan->e164("600123456789", true).empty());
}

TEST_CASE("regions that share a calling code or rewrite their numbers have no plan") {
    for (const char* region :
         {"US", "CA", "GB", "IT", "AR", "BR", "MX", "RU", "ZZ", "", "my", "001"}) {
        INFO(region);
        CHECK_FALSE(NumberPlan::of_region(region));
    }
}

TEST_CASE("what the plan takes is exactly what libphonenumber makes of it, in Malaysia") {
    const Tally tally = compare("MY", "60", 60'000);
    CHECK(tally.valid > 3'000);
    CHECK(tally.taken > tally.valid / 2);
}

TEST_CASE("what the plan takes is exactly what libphonenumber makes of it, in other regions") {
    for (const auto& [region, code] :
         {std::pair("ID", "62"),
          {"TH", "66"},
          {"SG", "65"},
          {"IN", "91"},
          {"FR", "33"},
          {"DE", "49"},
          {"PH", "63"},
          {"VN", "84"},
          {"BN", "673"},
          {"JP", "81"}}) {
        INFO(region);
        CHECK(compare(region, code, 4'000).valid > 0);
    }
}
