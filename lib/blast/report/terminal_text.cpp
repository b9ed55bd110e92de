#include "blast/report/terminal_text.hpp"

#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <uniwidth.h>
#include <utility>

namespace blast {

namespace {

/// The length in bytes of the first character, and its columns.
std::pair<std::size_t, int> first_character(std::string_view text) {
    std::string_view rest = text;
    const int columns = uc_width(take_code_point(rest), "UTF-8");
    return {text.size() - rest.size(), std::max(columns, 0)};
}

std::string blanks(int count) {
    std::string text(static_cast<std::size_t>(std::max(count, 0)), ' ');
    return text;
}

} // namespace

int display_width(std::string_view text) {
    int width = 0;
    while (!text.empty()) {
        const auto [length, columns] = first_character(text);
        width += columns;
        text.remove_prefix(length);
    }
    return width;
}

std::string fitted(std::string_view text, int columns, bool unicode) {
    if (display_width(text) <= columns) {
        return std::string(text);
    }
    const std::string_view ellipsis = unicode ? "…" : "...";
    int left = columns - display_width(ellipsis);
    if (left < 0) {
        return std::string(ellipsis.substr(0, static_cast<std::size_t>(std::max(columns, 0))));
    }
    std::string kept;
    while (!text.empty()) {
        const auto [length, width] = first_character(text);
        left -= width;
        if (left < 0) {
            break;
        }
        kept += text.substr(0, length);
        text.remove_prefix(length);
    }
    kept += ellipsis;
    return kept;
}

std::string padded_right(std::string_view text, int columns) {
    return std::string(text) + blanks(columns - display_width(text));
}

std::string padded_left(std::string_view text, int columns) {
    return blanks(columns - display_width(text)) + std::string(text);
}

std::string wrapped(std::string_view text, int columns, int indent) {
    std::string result;
    int used = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const int width = display_width(word);
        if (used > 0 && used + 1 + width > columns) {
            result += '\n' + blanks(indent);
            used = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++used;
        }
        result += word;
        used += width;
    }
    return result;
}

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
