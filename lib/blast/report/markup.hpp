#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace blast {

/// Text for the inside of an element or of a quoted attribute, in HTML and in SVG: & < > " ' are escaped, control characters and
/// bytes that are not UTF-8 made visible.
std::string markup_text(std::string_view text);

/// "1,234,567".
std::string grouped(std::int64_t number);

/// A whole HTML document of its own: no scripts, no fonts, nothing from elsewhere; light and dark, and fit to print. `title` is
/// plain text, `body` is markup.
std::string html_page(std::string_view title, std::string_view body);

/// A piece of text in a picture, in user units.
struct SvgLabel {
    double x = 0;
    double y = 0; ///< of the baseline
    int size = 16;
    std::string_view anchor = "start"; ///< "start", "middle" or "end"
    std::string_view attributes = {};  ///< more of them, as markup
};

std::string svg_text(const SvgLabel& label, std::string_view text);

/// What a picture that stands alone is made of.
struct SvgPicture {
    double width = 0;
    double height = 0;
    std::string description; ///< for who cannot see it
    std::string content;     ///< elements
};

/// As a file of its own, with its background and colours (colour_properties).
std::string svg_file(const SvgPicture& picture);
/// As an element for the inside of html_page.
std::string svg_element(const SvgPicture& picture);

} // namespace blast
