#include "blast/domain/template.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>

using blast::check_columns;
using blast::message_problem;
using blast::MessageTemplate;
using blast::UsageError;
using blast::Variables;
using blast::test::Contains;

namespace {

std::string rendered(const std::string& text, const Variables& variables) {
    return MessageTemplate(text, "--message").render(variables);
}

} // namespace

TEST_CASE("variables are filled in, without HTML escaping") {
    CHECK(
        rendered("Hi {{name}}!", {{"name", "Siti & \"Ali\" <3 'x'"}}) ==
        "Hi Siti & \"Ali\" <3 'x'!");
    CHECK(rendered("{{{name}}} {{&name}}", {{"name", "<b>"}}) == "<b> <b>");
    CHECK(rendered("{{ name }}", {{"name", "Ali"}}) == "Ali");
    CHECK(rendered("Apa khabar 你好 🎉", {}) == "Apa khabar 你好 🎉");
}

TEST_CASE("variables find their column in any case, spaces and underscores alike") {
    CHECK(
        rendered(
            "{{First Name}} {{FIRST_NAME}} {{city}}",
            {{"first_name", "Siti"}, {"City ", "Ipoh"}}) == "Siti Siti Ipoh");
}

TEST_CASE("a value that looks like a template stays as it is") {
    CHECK(
        rendered(
            "Hi {{name}}",
            {{"name", "{{secret}} {{#a}} {{{b}}} {{>c}} {{=<% %>=}}"}, {"secret", "no"}}) ==
        "Hi {{secret}} {{#a}} {{{b}}} {{>c}} {{=<% %>=}}");
}

TEST_CASE("a section is kept when its column has a value, an inverted one when it has none") {
    const MessageTemplate message(
        "Hi{{#voucher}}, use {{voucher}}{{/voucher}}{{^voucher}}, see you{{/voucher}}.", "m");
    CHECK(message.render({{"voucher", "RAYA10"}}) == "Hi, use RAYA10.");
    CHECK(message.render({{"voucher", ""}}) == "Hi, see you.");
    CHECK(message.render({{"voucher", "RAYA20"}}) == "Hi, use RAYA20.");
    CHECK(message.render({}) == "Hi, see you.");
}

TEST_CASE("columns keep their meaning inside sections") {
    CHECK(
        rendered(
            "{{#vip}}{{name}} {{#city}}{{name}}@{{city}}{{/city}}{{/vip}}",
            {{"vip", "yes"}, {"name", "Ali"}, {"city", "Klang"}}) == "Ali Ali@Klang");
}

TEST_CASE("the order of the columns may change from row to row") {
    const MessageTemplate message("{{a}}-{{b}}", "m");
    CHECK(message.render({{"a", "1"}, {"b", "2"}}) == "1-2");
    CHECK(message.render({{"b", "2"}, {"x", "9"}, {"a", "1"}}) == "1-2");
    CHECK(message.render({{"b", "2"}}) == "-2");
}

TEST_CASE("comments are left out and line breaks are kept") {
    CHECK(rendered("a{{! not shown }}b\n\nc\r\nd\n", {}) == "ab\n\nc\r\nd\n");
}

TEST_CASE("a tag alone on its line vanishes with the line, whether its section is kept or not") {
    const MessageTemplate message(
        "a\n{{#x}}\n\nb\n{{/x}}\n {{^ x }} \r\nc\n  {{/ x }}\t\n\nd", "m");
    CHECK(message.render({{"x", "1"}}) == "a\n\nb\n\nd");
    CHECK(message.render({{"x", ""}}) == "a\nc\n\nd");
    CHECK(rendered("a\n {{! c }}\nb\n {{! two\nlines }} \nc", {}) == "a\nb\nc");
    CHECK(rendered("a\n{{#x}}b{{/x}}\nc", {}) == "a\n\nc");
    CHECK(rendered("a {{#x}}\nb{{/x}} c\n", {{"x", "1"}}) == "a \nb c\n");
    CHECK(rendered("{{#x}}\n{{#y}}\nb\n{{/y}}\n{{/x}}\nc", {{"x", "1"}}) == "c");
}

TEST_CASE("a closing tag may spell its column differently") {
    CHECK(
        rendered("{{#First Name}}a{{^City}}b{{/ city }}{{/first_name}}c", {{"FIRST NAME", "x"}}) ==
        "abc");
    CHECK(rendered("{{#a}}{{! {{/b}}1{{{a}}}{{/A}}2", {{"a", "x"}}) == "1x2");
    CHECK_THROWS_WITH(
        MessageTemplate("x\n{{#a}}\n{{/b}}", "t"), Contains("t:2: Unclosed section \"a\""));
    CHECK_THROWS_WITH(
        MessageTemplate("{{#abc d}}\n{{/ABC_D}}\n{{#a}}", "t"), Contains("t:3: Unclosed section"));
}

TEST_CASE("variables() lists each name once, sections included, in order of appearance") {
    const MessageTemplate message(
        "{{b}}{{#a}}{{c}}{{b}}{{/a}}{{^ d }}x{{/d}}{{{e}}}{{&f}}{{! g }}", "m");
    CHECK(message.variables() == std::vector<std::string>{"b", "a", "c", "d", "e", "f"});
    CHECK(MessageTemplate("plain", "m").variables().empty());
}

TEST_CASE("what cannot be parsed is refused with its place") {
    CHECK_THROWS_WITH(
        MessageTemplate("Hi {{name", "--message"), Contains("--message: Unclosed tag: "));
    CHECK_THROWS_WITH(
        MessageTemplate("Hi\n{{#a}}x", "raya.txt"), Contains("raya.txt:2: Unclosed section \"a\""));
    CHECK_THROWS_WITH(
        MessageTemplate("Hi\n\nx{{/a}}", "raya.txt"),
        Contains("raya.txt:3: Unopened section \"a\""));
    for (const char* text :
         {"{{", "{{{", "{{{a}}", "{{}}", "{{ }}", "{{#}}x{{/}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "",
          " \n", "\xC2\xA0\xE2\x80\x8B", "\xFF", "{{=}}x", "{{= =}}", "{{_}}"}) {
        INFO(text);
        CHECK_THROWS_AS(MessageTemplate(text, "m"), UsageError);
    }
    CHECK_THROWS_AS(MessageTemplate(std::string("a\0b", 3), "m"), UsageError);
}

TEST_CASE("partials and changes of delimiters are refused") {
    CHECK_THROWS_WITH(
        MessageTemplate("a {{>footer}}", "m"), Contains("partials such as {{>footer}}"));
    CHECK_THROWS_WITH(MessageTemplate("{{=<% %>=}} <%name%>", "m"), Contains("delimiters"));
}

TEST_CASE("a template made to exhaust the parser is refused") {
    std::string deep;
    for (int i = 0; i < 20'000; ++i)
        deep += "{{#a}}";
    CHECK_THROWS_WITH(MessageTemplate(deep, "m"), Contains("20000 sections"));
    CHECK_THROWS_AS(MessageTemplate(std::string(1'000'000, 'x'), "m"), UsageError);
}

TEST_CASE("a variable that no column gives is refused, naming it and the columns") {
    std::vector<MessageTemplate> templates;
    templates.emplace_back("Hi {{Name}}", "--message");
    CHECK_NOTHROW(check_columns(templates, {"phone", "name"}));
    templates.emplace_back("{{#kod voucher}}x{{/kod voucher}}", "b.txt");
    CHECK_NOTHROW(check_columns(templates, {"phone", "name", "Kod_Voucher"}));
    CHECK_THROWS_WITH(
        check_columns(templates, {"phone", "name"}),
        Contains("b.txt: no column \"kod voucher\"") && Contains(R"("phone", "name")"));
    CHECK_THROWS_AS(check_columns(templates, {"phone", "name"}), UsageError);
}

TEST_CASE("an empty or an over-long message is a problem") {
    CHECK(message_problem("Hi").empty());
    CHECK(message_problem("👋").empty());
    CHECK(message_problem("") == "the message is empty");
    CHECK(message_problem(" \n\t\xC2\xA0\xE2\x80\x8B") == "the message is empty");
    CHECK(message_problem(std::string(65'536, 'x')).empty());
    CHECK_THAT(message_problem(std::string(65'537, 'x')), Contains("65537"));
}

TEST_CASE("always_sendable promises only what rendering keeps") {
    CHECK(MessageTemplate("Hi {{name}}", "m").always_sendable(1000));
    CHECK_FALSE(MessageTemplate("{{name}}", "m").always_sendable(1));
    CHECK_FALSE(MessageTemplate("{{#a}}Hi{{/a}}", "m").always_sendable(1));
    CHECK_FALSE(MessageTemplate("Hi {{name}}", "m").always_sendable(65'536));
    CHECK_FALSE(MessageTemplate(std::string(70'000, 'x') + "{{n}}", "m").always_sendable(0));
    rc::prop("for any value of the promised length", [](bool blank, unsigned short length) {
        const MessageTemplate message(
            blank ? "{{v}}{{#v}} {{v}}{{/v}}" : "x{{v}}{{#v}} {{v}}{{/v}}", "m");
        if (message.always_sendable(length))
            RC_ASSERT(message_problem(message.render({{"v", std::string(length, 'y')}})).empty());
    });
}

TEST_CASE("any text as a value comes out as it went in") {
    const MessageTemplate message("[{{v}}]", "m");
    rc::prop("for any value", [&message](const std::string& value) {
        RC_ASSERT(message.render({{"v", value}}) == "[" + value + "]");
    });
}

TEST_CASE("any text as a template is rendered or refused") {
    rc::prop("braces and all", []() {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("{}{}{}#^/!>&=ab \n\r")));
        try {
            (void)MessageTemplate(text, "m").render({{"a", "1"}, {"b", ""}});
        } catch (const UsageError&) {
            RC_SUCCEED("refused");
        }
    });
}
