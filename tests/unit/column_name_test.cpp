#include "blast/domain/column_name.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>

using blast::find_phone_column;
using blast::normalised_column_name;
using blast::same_column_name;
using blast::usable_columns;
using blast::test::Contains;
using Columns = std::vector<std::string>;

TEST_CASE("case, spaces and underscores make no difference to a column's name") {
    CHECK(normalised_column_name("First Name") == "first_name");
    CHECK(normalised_column_name("  FIRST__name \r\n") == "first_name");
    CHECK(normalised_column_name("first\xC2\xA0name") == "first_name");
    CHECK(normalised_column_name("ÉTAGE") == "étage");
    CHECK(normalised_column_name(" _ ").empty());
    CHECK(same_column_name("No Telefon", "no_telefon"));
    CHECK(same_column_name("", " "));
    CHECK_FALSE(same_column_name("firstname", "first name"));
    CHECK_FALSE(same_column_name("name", "name2"));
    CHECK_FALSE(same_column_name("first-name", "first_name"));
}

TEST_CASE("two names are the same exactly when their normalised forms are equal") {
    rc::prop("for any two names", [](const std::string& left, const std::string& right) {
        RC_ASSERT(
            same_column_name(left, right) ==
            (normalised_column_name(left) == normalised_column_name(right)));
        RC_ASSERT(same_column_name(left, normalised_column_name(left)));
    });
}

TEST_CASE("the phone column is the first of the manual's list, in the list's order") {
    CHECK(find_phone_column({"name", "Phone Number"}, "", "a.csv:1") == 1);
    CHECK(find_phone_column({"tel", "hp", "mobile"}, "", "a.csv:1") == 2);
    CHECK(find_phone_column({"No HP"}, "", "a.csv:1") == 0);
    for (const std::string_view name : blast::phone_column_names())
        CHECK(find_phone_column({"x", std::string(name)}, "", "a.csv:1") == 1);
}

TEST_CASE("a given --phone-column wins over the list") {
    CHECK(find_phone_column({"phone", "Office Line"}, "office_line", "a.csv:1") == 1);
}

TEST_CASE("a missing phone column is an error that names the columns there are") {
    CHECK_THROWS_WITH(
        find_phone_column({"name", "city"}, "", "a.csv:1"), Contains("a.csv:1: no phone column") &&
                                                                Contains("--phone-column") &&
                                                                Contains(R"("name", "city")"));
    CHECK_THROWS_WITH(
        find_phone_column({"name", "phone"}, "fon", "a.csv:1"),
        Contains(R"(no column "fon")") && Contains(R"("name", "phone")"));
    CHECK_THROWS_AS(find_phone_column({"name"}, "", "a.csv:1"), blast::UsageError);
}

TEST_CASE("twin columns are refused, whatever their spelling") {
    CHECK_THROWS_WITH(
        usable_columns({"Name", "phone", "NAME "}, "a.csv:1"),
        Contains("a.csv:1: columns 1 and 3 have the same name, \"NAME\""));
    CHECK_THROWS_AS(usable_columns({"first name", "first_name"}, "a.csv:1"), blast::UsageError);
}

TEST_CASE("columns without a name get one by their place") {
    CHECK(
        usable_columns({" name ", "", " "}, "a.csv:1") == Columns{"name", "column_2", "column_3"});
    CHECK_THROWS_AS(usable_columns({"column_2", ""}, "a.csv:1"), blast::UsageError);
}

TEST_CASE("a list of columns is safe to show and not endless") {
    CHECK(blast::quoted_columns({"a\x1b[2J"}) == R"("a\x1b[2J")");
    CHECK_THAT(blast::quoted_columns(Columns(100, "x")), Contains("and 70 more"));
}
