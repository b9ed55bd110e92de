#include "blast/report/bar.hpp"

#include "blast/report/display_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace blast {

std::string text_bar(double share, int columns, bool unicode) {
    constexpr int eighths_a_column = 8;
    constexpr std::array<std::string_view, eighths_a_column> partial{"",  "▏", "▎", "▍",
                                                                     "▌", "▋", "▊", "▉"};
    const int parts = unicode ? eighths_a_column : 1;
    const double exact = std::clamp(share, 0.0, 1.0) * columns * parts;
    int filled = static_cast<int>(std::lround(exact));
    if (share > 0) {
        filled = std::max(filled, 1);
    }
    if (share < 1) {
        filled = std::min(filled, columns * parts - 1);
    }
    std::string text;
    for (int column = 0; column < filled / parts; ++column) {
        text += unicode ? "█" : "#";
    }
    text += partial[static_cast<std::size_t>(filled % parts)];
    return padded_right(text, columns);
}

std::string painted(std::string_view text, std::string_view colour, const TextStyle& style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
}

} // namespace blast
