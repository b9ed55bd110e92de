#include "blast/report/markup.hpp"

#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

namespace blast {

namespace {

/// A colour of pages and pictures, in light and in dark.
struct Colour {
    std::string_view name; ///< as a CSS custom property, without its two dashes
    std::string_view light;
    std::string_view dark;
};

constexpr std::array<Colour, 11> colours{
    {{"page", "#f6f7f9", "#11151c"},
     {"card", "#ffffff", "#1a202b"},
     {"ink", "#14213d", "#eef1f6"},
     {"muted", "#5b6577", "#9aa5b8"},
     {"line", "#dfe3ea", "#2c3442"},
     {"stage-1", "#1f4e8c", "#4f8fd6"},
     {"stage-2", "#2a78b5", "#46a6d8"},
     {"stage-3", "#2a9d8f", "#3fbfae"},
     {"stage-4", "#57a64a", "#77c667"},
     {"stage-5", "#c28a12", "#e0ad3e"},
     {"alert", "#b3402a", "#ef8a73"}}};

constexpr std::string_view where_it_is_dark = "@media (prefers-color-scheme: dark) {";

/// All colours as CSS custom properties, "--ink" and so on, for light and dark.
std::string colour_properties() {
    std::string light;
    std::string dark;
    for (const Colour& colour : colours) {
        light += fmt::format(" --{}: {};", colour.name, colour.light);
        dark += fmt::format(" --{}: {};", colour.name, colour.dark);
    }
    return fmt::format(
        "\n:root {{ color-scheme: light dark;{} }}\n{}\n  :root {{{} }} }}\n", light,
        where_it_is_dark, dark);
}

/// Markup with the light colours themselves as the attributes that are "var(--ink)" and so on.
std::string with_plain_colours(std::string markup) {
    for (const Colour& colour : colours) {
        // With its quotes, which no text of a user's has as they are.
        const std::string property = fmt::format("\"var(--{})\"", colour.name);
        const std::string plain = fmt::format("\"{}\"", colour.light);
        for (std::size_t at = markup.find(property); at != std::string::npos;
             at = markup.find(property, at)) {
            markup.replace(at, property.size(), plain);
        }
    }
    return markup;
}

/// CSS for such markup: text and the class muted in their colours and, where it is dark, the dark colours.
std::string plain_fills() {
    std::string light;
    std::string dark;
    for (const Colour& colour : colours) {
        if (colour.name == "ink" || colour.name == "muted") {
            const char* const selector = colour.name == "ink" ? "text" : ".muted";
            light += fmt::format("{} {{ fill: {}; }}\n", selector, colour.light);
            dark += fmt::format("  {} {{ fill: {}; }}\n", selector, colour.dark);
        }
        dark += fmt::format("  [fill=\"{}\"] {{ fill: {}; }}\n", colour.light, colour.dark);
    }
    return light + std::string(where_it_is_dark) + '\n' + dark + "}\n";
}

constexpr std::string_view layout = R"css(
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Helvetica Neue", "Noto Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 880px; margin: 0 auto; padding: 40px 24px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1 span { color: var(--muted); font-weight: 400; }
h2 { margin: 0 0 10px; font-size: 15px; letter-spacing: .02em; color: var(--muted); font-weight: 600; }
p { margin: 6px 0 0; color: var(--muted); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px; margin: 28px 0 14px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; break-inside: avoid; }
.card b { display: block; font-size: 30px; line-height: 1.15; letter-spacing: -.01em; }
.figure { border-top: 5px solid var(--stage); }
.figure span { color: var(--muted); font-size: 14px; }
.wide { margin: 14px 0; overflow-x: auto; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 14px; }
svg { display: block; width: 100%; height: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th, td { padding: 6px 8px 6px 0; text-align: left; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--muted); font-weight: 500; font-size: 14px; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; padding: 6px 0 6px 12px; }
td.number { white-space: nowrap; }
.number + td:not(.number), .number + th:not(.number) { padding-left: 24px; }
td.wrap { overflow-wrap: anywhere; }
small { color: var(--muted); font-size: 13px; display: block; }
.significant { font-weight: 600; }
.notes { margin: 18px 0; }
footer { margin-top: 28px; font-size: 13px; color: var(--muted); }
@media print { @page { margin: 14mm; } :root { --page: #ffffff; --card: #ffffff; --ink: #14213d; --muted: #4a5466; --line: #c9ced8;
  --stage-1: #1f4e8c; --stage-2: #2a78b5; --stage-3: #2a9d8f; --stage-4: #57a64a; --stage-5: #c28a12; --alert: #b3402a; }
  body { font-size: 12pt; } main { max-width: none; padding: 0; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
)css";

std::string_view entity(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
    }
}

} // namespace

std::string markup_text(std::string_view text) {
    constexpr std::size_t longest = 10'000;
    std::string escaped;
    for (const char c : printable(text, longest)) {
        const std::string_view replacement = entity(c);
        if (replacement.empty()) {
            escaped += c;
        } else {
            escaped += replacement;
        }
    }
    return escaped;
}

std::string grouped(std::int64_t number) {
    constexpr std::size_t group = 3;
    std::string digits = std::to_string(number);
    const std::size_t first_digit = number < 0 ? 1 : 0;
    for (std::size_t end = digits.size(); end > first_digit + group;) {
        end -= group;
        digits.insert(end, 1, ',');
    }
    return digits;
}

std::string html_page(std::string_view title, std::string_view body) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        markup_text(title), colour_properties(), layout, body);
}

namespace {

constexpr std::string_view text_style =
    "text { font-family: system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", "
    "\"Noto Sans\", Arial, sans-serif; font-variant-numeric: tabular-nums; }\n";

} // namespace

std::string svg_text(const SvgLabel& label, std::string_view text) {
    return fmt::format(
        "<text x=\"{:g}\" y=\"{:g}\" font-size=\"{}\" text-anchor=\"{}\" {}>{}</text>\n", label.x,
        label.y, label.size, label.anchor, label.attributes, markup_text(text));
}

// Many programs that show or convert SVG files (librsvg, LibreOffice) know no custom properties, and would draw all black.
std::string svg_file(const SvgPicture& picture) {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" "
        "height=\"{1:g}\" role=\"img\" aria-label=\"{2}\">\n<style>\n{3}{4}</style>\n{5}{6}</svg>\n",
        picture.width, picture.height, markup_text(picture.description), text_style, plain_fills(),
        with_plain_colours("<rect width=\"100%\" height=\"100%\" fill=\"var(--card)\"/>\n"),
        with_plain_colours(picture.content));
}

std::string svg_element(const SvgPicture& picture) {
    return fmt::format(
        "<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\">\n<style>\n{}"
        "text {{ fill: var(--ink); }} .muted {{ fill: var(--muted); }}</style>\n{}</svg>\n",
        picture.width, picture.height, markup_text(picture.description), text_style,
        picture.content);
}

} // namespace blast
