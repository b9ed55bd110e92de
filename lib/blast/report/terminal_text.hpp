#pragma once

#include <array>
#include <string>
#include <string_view>

namespace blast {

/// How text for people may look where it goes.
struct TextStyle {
    int width = 80;        ///< columns
    bool unicode = false;  ///< block and line characters; else plain ASCII pictures
    bool colour = false;   ///< ANSI colours
    bool terminal = false; ///< a person looks at it: tables are fitted to the width
};

/// The columns that UTF-8 text takes in a terminal, whatever the locale. Control characters count as none: escape them first.
int display_width(std::string_view text);

/// The text cut to `columns`, an ellipsis ("…", or "..." where `unicode` is false) at its end, when it is wider.
std::string fitted(std::string_view text, int columns, bool unicode);

/// The text with blanks put after it, or before it, to fill `columns`; wider text stays.
std::string padded_right(std::string_view text, int columns);
std::string padded_left(std::string_view text, int columns);

/// The text broken at blanks into lines of at most `columns`; every line after the first starts with `indent` blanks. A
/// longer word is not broken.
std::string wrapped(std::string_view text, int columns, int indent);

/// A bar of text, `share` (0 to 1) of `columns`, blanks after it: eighths of a block, or # where `unicode` is false. More than none
/// is always seen, less than all never fills it.
std::string text_bar(double share, int columns, bool unicode);

// Select Graphic Rendition (ECMA-48, 8.3.117).
inline constexpr std::string_view bold_text = "1";
inline constexpr std::string_view dim_text = "2";
inline constexpr std::string_view yellow_text = "33";
inline constexpr std::array<std::string_view, 5> bar_colours{"34", "36", "32", "92", "35"};

/// The text in a colour where the style has colours.
std::string painted(std::string_view text, std::string_view colour, const TextStyle& style);

} // namespace blast
