#include "blast/report/svg_text.hpp"

#include "blast/report/colours.hpp"
#include "blast/report/markup.hpp"

#include <fmt/format.h>

namespace blast {

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
