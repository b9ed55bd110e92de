#pragma once

#include <array>
#include <string>
#include <string_view>

namespace blast {

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

/// All of them as CSS custom properties, "--ink" and so on, for light and dark.
std::string colour_properties();

/// Markup with the light colours themselves as the attributes that are "var(--ink)" and so on.
std::string with_plain_colours(std::string markup);

/// CSS for such markup: text and the class muted in their colours and, where it is dark, the dark colours.
std::string plain_fills();

} // namespace blast
