#include "blast/report/markup.hpp"

#include "blast/core/printable.hpp"
#include "blast/report/colours.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

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

} // namespace blast
