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

} // namespace blast
