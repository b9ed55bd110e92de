#include "blast/domain/variables.hpp"

#include "blast/core/printable.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <rapidcheck/catch.h>
#include <stdexcept>

using blast::Variables;
using blast::variables_from_json;
using blast::variables_to_json;

TEST_CASE("variables become a JSON object in their order") {
    CHECK(
        variables_to_json({{"Name", "Siti"}, {"phone", "012"}}) ==
        R"({"Name":"Siti","phone":"012"})");
    CHECK(variables_to_json({}) == "{}");
    CHECK(
        variables_to_json({{"a\"", "\\ \" \n\r\t\b\x1f /é"}}) ==
        "{\"a\\\"\":\"\\\\ \\\" \\n\\r\\t\\u0008\\u001f /é\"}");
}

TEST_CASE("what the database kept comes back") {
    CHECK(
        variables_from_json(R"({"b": "1", "a": "ü\n\ud83d\ude42"})") ==
        Variables{{"b", "1"}, {"a", "ü\n🙂"}});
    CHECK(variables_from_json("{}").empty());
    CHECK(
        variables_from_json(R"({"a": 12, "b": true, "c": null, "d": 1.50, "e": -3})") ==
        Variables{{"a", "12"}, {"b", "true"}, {"c", ""}, {"d", "1.50"}, {"e", "-3"}});
}

TEST_CASE("anything but a flat object is refused") {
    for (const char* text :
         {"", "[]", "\"a\"", "12", "null", "{", R"({"a":{}})", R"({"a":[1]})", R"({"a":"b"}x)"}) {
        INFO(text);
        CHECK_THROWS_AS(variables_from_json(text), std::invalid_argument);
    }
}

TEST_CASE("any variables survive the way through JSON") {
    rc::prop("ours and a real parser's reading agree", [](const Variables& generated) {
        Variables variables;
        for (const auto& [name, value] : generated)
            if (blast::is_utf8(name) && blast::is_utf8(value))
                variables.emplace_back(name, value);
        const std::string json = variables_to_json(variables);
        RC_ASSERT(variables_from_json(json) == variables);
        RC_ASSERT(nlohmann::json::accept(json));
    });
}
