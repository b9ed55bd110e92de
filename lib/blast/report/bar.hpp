#pragma once

#include "blast/report/text_style.hpp"

#include <array>
#include <string>
#include <string_view>

namespace blast {

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
