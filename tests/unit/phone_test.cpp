#include "blast/domain/phone.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>
#include <set>
#include <string>
#include <thread>
#include <vector>

using blast::ParsedPhone;
using blast::PhoneParser;
using blast::spellings_of;
using blast::test::Contains;

namespace {

const PhoneParser& malaysia() {
    static const PhoneParser parser("MY");
    return parser;
}

} // namespace

TEST_CASE("the spellings that Malaysians use are understood") {
    for (const char* raw :
         {"012-345 6789",   "0123456789",       "012 345 6789",       "(012) 345-6789",
          "012.345.6789",   "012/3456789",      "+60 12 345 6789",    "+60123456789",
          "+6012-345 6789", "(+60)12-345 6789", "+60 (0)12-345 6789", "60123456789",
          "6012-3456789",   "0060123456789",    "00 60 12 345 6789",  "600123456789",
          "123456789",      " 0123456789 ",     "\t0123456789\r\n",   "'0123456789"}) {
        INFO(raw);
        const ParsedPhone phone = malaysia().parse(raw);
        CHECK(phone.valid());
        CHECK(phone.e164 == "+60123456789");
    }
    CHECK(malaysia().parse("011-1234 5678").e164 == "+601112345678");
    CHECK(malaysia().parse("03-2161 2345").e164 == "+60321612345");
}

TEST_CASE("digits of other scripts, full width forms and odd blanks are understood") {
    for (const char* raw :
         {"０１２－３４５　６７８９", "＋６０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "௦௧௨௩௪௫௬௭௮௯",
          "012\xC2\xA0\x33\x34\x35\xC2\xA0\x36\x37\x38\x39",
          "\xE2\x80\xAA+60 12-345 6789\xE2\x80\xAC", "012‑345–6789",
          "\xEF\xBB\xBF\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39"}) {
        INFO(raw);
        CHECK(malaysia().parse(raw).e164 == "+60123456789");
    }
}

TEST_CASE("numbers of other countries are understood, with or without their plus") {
    CHECK(malaysia().parse("+65 9123 4567").e164 == "+6591234567");
    CHECK(malaysia().parse("6591234567").e164 == "+6591234567");
    CHECK(malaysia().parse("006591234567").e164 == "+6591234567");
    CHECK(malaysia().parse("+1 202-456-1414").e164 == "+12024561414");
    CHECK(malaysia().parse("+39 06 6982").e164 == "+39066982");
}

TEST_CASE("local numbers are those of the region") {
    CHECK(PhoneParser("SG").parse("9123 4567").e164 == "+6591234567");
    CHECK(PhoneParser("SG").parse("60123456789").e164 == "+60123456789");
    CHECK(PhoneParser("SG").parse("0060123456789").e164 == "+60123456789");
    CHECK(PhoneParser("US").parse("(202) 456-1414").e164 == "+12024561414");
    CHECK(PhoneParser("id").parse("0812-3456-7890").e164 == "+6281234567890");
    CHECK_FALSE(PhoneParser("US").parse("012-345 6789").valid());
}

TEST_CASE("an unknown region is refused, naming the setting") {
    for (const char* region : {"", "M", "XX", "MYS", "Malaysia", "60", "001", "ZZ"}) {
        INFO(region);
        CHECK_THROWS_WITH(PhoneParser(region), Contains("BLAST_REGION"));
        CHECK_THROWS_AS(PhoneParser(region), blast::UsageError);
    }
}

TEST_CASE("a number that cannot be right says why") {
    const auto problem = [](const char* raw) { return malaysia().parse(raw).problem; };
    CHECK(problem("0123") == "too short for MY");
    CHECK(problem("012-345 678901234") == "too long for MY");
    CHECK(problem("+60 12 345") == "too short for MY");
    CHECK(problem("+65 9123 456") == "too short for SG");
    CHECK(problem("012-000 0000").empty());
    CHECK(problem("019-999 999") == "not a number of MY's numbering plan");
    CHECK(problem("+999 12345678") == "no country has this calling code");
    CHECK(problem("") == "no phone number");
    CHECK(problem("  ") == "no phone number");
    CHECK(problem("'") == "no phone number");
    CHECK(problem("-") == "not a phone number");
    CHECK(problem("Ali") == "not a phone number");
    CHECK(problem("012-345 6789 / 013-345 6789") == "too long");
}

TEST_CASE("letters, extensions and stray signs are refused") {
    for (const char* raw :
         {"1-800-FLOWERS", "012-345 6789 ext 5", "012-345 6789x5", "012-345 6789 #5",
          "tel:+60123456789", "0123456789;ext=5", "O123456789", "012+3456789", "++60123456789",
          "012,3456789", "0123456789*", "012-345 6789 (Ali)", "电话0123456789", "0123456789☎",
          "=\"0123456789\"", "ＡＢＣ0123456789"}) {
        INFO(raw);
        CHECK(malaysia().parse(raw).problem == "not a phone number");
        CHECK(malaysia().parse(raw).e164.empty());
    }
}

TEST_CASE("control characters and bytes that are not UTF-8 are refused") {
    CHECK(malaysia().parse("012\n3456789").problem == "has a control character in it");
    CHECK(malaysia().parse("012\x1b[2J3456789").problem == "has a control character in it");
    CHECK(
        malaysia().parse(std::string_view("0123456789\0", 11)).problem ==
        "has a control character in it");
    CHECK_FALSE(malaysia().parse("\xFF\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39").valid());
}

TEST_CASE("what a spreadsheet made of a number is refused with advice") {
    for (const char* raw :
         {"6.01E+10", "6.01235E+10", "6,01E+10", "6E+10", "6.01e10", "6.01E-10", "+6.01E+10",
          "60123456789.0", "112345678.0", "60123456789,00"}) {
        INFO(raw);
        CHECK_THAT(
            malaysia().parse(raw).problem,
            Contains("Excel rewrote (" + std::string(raw) + "): format the column as text"));
    }
}

TEST_CASE("a hostile number does no harm") {
    CHECK_FALSE(malaysia().parse(std::string(1'000'000, '1')).valid());
    CHECK_FALSE(malaysia().parse(std::string(200, '1')).valid());
    rc::prop(
        "any bytes are refused or become E.164 that parses to itself", [](const std::string& raw) {
            const ParsedPhone phone = malaysia().parse(raw);
            RC_ASSERT(phone.valid() == !phone.e164.empty());
            if (phone.valid())
                RC_ASSERT(malaysia().parse(phone.e164).e164 == phone.e164);
        });
    rc::prop("so are digits and signs", [] {
        const auto raw = *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("0001234567896060+- ().eE")));
        const ParsedPhone phone = malaysia().parse(raw);
        RC_ASSERT(phone.valid() == !phone.e164.empty());
        if (phone.valid())
            RC_ASSERT(malaysia().parse(phone.e164).e164 == phone.e164);
    });
}

TEST_CASE("several threads may use one parser") {
    std::vector<std::thread> threads;
    threads.reserve(4);
    std::vector<int> valid(4, 0);
    for (int& count : valid)
        threads.emplace_back([&count] {
            for (int i = 0; i < 2'000; ++i) {
                const std::string tail = std::to_string(1'000'000 + i);
                count += malaysia().parse("012" + tail).valid() ? 1 : 0;
                count += malaysia().parse("+6591" + tail.substr(1)).valid() ? 1 : 0;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(valid == std::vector<int>(4, valid[0]));
    CHECK(valid[0] >= 2'000);
}

TEST_CASE(
    "Who WhatsApp knows by a number that numbering plans write otherwise is found by either") {
    using Spellings = std::set<std::string>;
    CHECK(spellings_of("+5215512345678") == Spellings{"+5215512345678", "+525512345678"});
    CHECK(spellings_of("+525512345678") == Spellings{"+5215512345678", "+525512345678"});
    CHECK(spellings_of("+551187654321") == Spellings{"+551187654321", "+5511987654321"});
    CHECK(spellings_of("+5511987654321") == Spellings{"+551187654321", "+5511987654321"});
    CHECK(spellings_of("+5491123456789") == Spellings{"+5491123456789", "+541123456789"});
}

TEST_CASE(
    "A landline's number is never taken for a mobile's, nor a number of elsewhere for another") {
    for (const char* const phone :
         {"+551133334444", "+541123456789", "+60123456789", "+5511", "+52", "+", "",
          "+5211234567890123"})
        CHECK(spellings_of(phone) == std::set<std::string>{phone});
}
