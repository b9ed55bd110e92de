#include "blast/core/csv_writer.hpp"

#include "support/catch.hpp"

using blast::csv_row;
using blast::FormulaCells;

TEST_CASE("a plain row is written without quotes and ends with a line feed") {
    CHECK(csv_row({"Aminah", "+60123456789", ""}) == "Aminah,+60123456789,\n");
}

TEST_CASE("cells with separators, quotes or line breaks are quoted as RFC 4180 says") {
    CHECK(
        csv_row({"Lee, Mei Ling", "say \"hi\"", "a\nb", "c\rd"}) ==
        "\"Lee, Mei Ling\",\"say \"\"hi\"\"\",\"a\nb\",\"c\rd\"\n");
}

TEST_CASE(
    "cells with a semicolon, a tab or blanks at an end are quoted for readers that guess or strip") {
    CHECK(csv_row({"a;b", "a\tb", " a", "a\t"}) == "\"a;b\",\"a\tb\",\" a\",\"a\t\"\n");
}

TEST_CASE("an only cell that is empty does not become a blank line") {
    CHECK(csv_row({""}) == "\"\"\n");
    CHECK(csv_row({"", ""}) == ",\n");
}

TEST_CASE("formulas are neutralised only where it is asked for") {
    CHECK(csv_row({"=1+1"}) == "=1+1\n");
    CHECK(
        csv_row({"=1+1", "@SUM(A1)", "-2+3", "+1+1"}, FormulaCells::neutralise) ==
        "'=1+1,'@SUM(A1),'-2+3,'+1+1\n");
    CHECK(
        csv_row({"\t=1", "\r=1", "\n=1"}, FormulaCells::neutralise) ==
        "\"'\t=1\",\"'\r=1\",\"'\n=1\"\n");
    CHECK(
        csv_row({"=HYPERLINK(\"x\",\"y\")"}, FormulaCells::neutralise) ==
        "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\n");
}

TEST_CASE("an E.164 number is no formula, so that it can be fed back") {
    CHECK(csv_row({"+60123456789"}, FormulaCells::neutralise) == "+60123456789\n");
    CHECK(csv_row({"+6012345678901234"}, FormulaCells::neutralise) == "'+6012345678901234\n");
    CHECK(csv_row({"+123456"}, FormulaCells::neutralise) == "'+123456\n");
    CHECK(csv_row({"+6012345-1"}, FormulaCells::neutralise) == "'+6012345-1\n");
}
