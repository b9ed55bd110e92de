#include "blast/report/display_width.hpp"

#include "blast/domain/unicode.hpp"

#include <algorithm>
#include <cwchar>
#include <utility>

namespace blast {

namespace {

/// The length in bytes of the first character, and its columns.
std::pair<std::size_t, int> first_character(std::string_view text) {
    constexpr char32_t first_beyond_ascii = 0x80;
    std::string_view rest = text;
    const char32_t character = take_code_point(rest);
    const int columns = wcwidth(static_cast<wchar_t>(character));
    const int unknown = character >= first_beyond_ascii ? 1 : 0;
    return {text.size() - rest.size(), columns < 0 ? unknown : columns};
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

} // namespace blast
