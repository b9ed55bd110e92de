#include "blast/gateway/wire_json.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using namespace blast;
using nlohmann::json;

TEST_CASE("a JSON document is parsed, and whatever is not one is nothing") {
    CHECK(parse_bounded(R"({"a":1})") == json{{"a", 1}});
    CHECK(parse_bounded("[]") == json::array());
    for (const char* text :
         {"", "{", "<html>502</html>", R"({"a":1}})", R"({"a":nan})", R"({"a":1e999})",
          "{\"a\":\"\xFF\"}", R"({"a":"\ud800"})", "'a'", R"({"a":01})"})
        CHECK_FALSE(parse_bounded(text).has_value());
}

TEST_CASE("a document that nests too deep is refused before it can exhaust a stack") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(parse_bounded(nested(64)).has_value());
    CHECK_FALSE(parse_bounded(nested(65)).has_value());
    CHECK_FALSE(parse_bounded(std::string(1'000'000, '[')).has_value());
    CHECK_FALSE(parse_bounded(std::string(1'000'000, '{')).has_value());
}

TEST_CASE("brackets inside strings are no nesting") {
    CHECK(parse_bounded("\"" + std::string(100, '[') + "\"").has_value());
    CHECK(parse_bounded(
              R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])")
              .has_value());
}

TEST_CASE("a path leads through objects only") {
    const json document = {{"data", {{"key", {{"id", "3EB0"}}}}}, {"list", {1, 2}}};
    REQUIRE(find_path(document, {"data", "key", "id"}) != nullptr);
    CHECK(*find_path(document, {"data", "key", "id"}) == "3EB0");
    CHECK(find_path(document, {"data", "id"}) == nullptr);
    CHECK(find_path(document, {"list", "0"}) == nullptr);
    CHECK(find_path(document, {"data", "key", "id", "more"}) == nullptr);
    CHECK(find_path(json("text"), {"a"}) == nullptr);
}

TEST_CASE("only a string is text, NUL is left out and long ones are cut between characters") {
    const json document = {
        {"nul", std::string("a\0b", 3)}, {"status", true}, {"long", "ab\xC3\xA9"}};
    CHECK(text_at(document, {"nul"}) == "ab");
    CHECK(text_at(document, {"status"}).empty());
    CHECK(text_at(document, {"missing"}).empty());
    CHECK(text_at(document, {"long"}, 3) == "ab");
    CHECK(text_at(document, {"long"}, 4) == "ab\xC3\xA9");
}

TEST_CASE("epoch seconds come as a number or as digits in a string") {
    CHECK(epoch_seconds(json(1768716040)) == 1768716040);
    CHECK(epoch_seconds(json("1768716040")) == 1768716040);
    CHECK(epoch_seconds(json(1768716040.75)) == 1768716040);
}

TEST_CASE("what cannot be epoch seconds is nothing") {
    for (const json& value :
         {json(0), json(-1), json(1768716040123), json(1e300), json(18446744073709551615U),
          json(true), json(nullptr), json(""), json("soon"), json("1768716040 "),
          json("+1768716040"), json("0x10"), json("99999999999999999999"), json::array(),
          json::object()})
        CHECK(epoch_seconds(value) == std::nullopt);
}

TEST_CASE("NUL characters never reach jsonb") {
    const json document = {
        {std::string("k\0y", 3), {std::string("a\0", 2), {{"b", std::string("\0", 1)}}}}};
    CHECK(jsonb_text(document) == R"({"ky":["a",{"b":""}]})");
    CHECK(jsonb_text(json("\\u0000")) == R"("\\u0000")");
}

TEST_CASE("stored text is UTF-8 without NUL, of a bounded length") {
    CHECK(storable_text("plain", 100) == "plain");
    CHECK(
        storable_text(std::string("a\0b\xFF", 4), 100) == "a\xEF\xBF\xBD"
                                                          "b\xEF\xBF\xBD");
    CHECK(storable_text("ab\xC3\xA9", 3) == "ab");
    CHECK(storable_text("\xFF", 2).empty());
}
