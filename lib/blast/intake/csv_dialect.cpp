#include "blast/intake/csv_dialect.hpp"

#include "blast/core/error.hpp"

#include <algorithm>
#include <array>

namespace blast {

namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

bool is_line_end(char byte) {
    return byte == '\n' || byte == '\r';
}

/// The header line with its quoted parts blanked out, without the line ends before it; `whole` says whether its own line
/// end was seen.
struct HeaderLine {
    std::string unquoted;
    bool whole = false;
};

HeaderLine header_line(std::string_view text) {
    if (text.starts_with(utf8_mark)) {
        text.remove_prefix(utf8_mark.size());
    }
    HeaderLine header;
    bool quoted = false;
    for (const char byte : text) {
        if (byte == '"') {
            quoted = !quoted;
        }
        const bool line_end = !quoted && is_line_end(byte);
        if (line_end && !header.unquoted.empty()) {
            header.whole = true;
            break;
        }
        if (!quoted && !line_end) {
            header.unquoted += byte;
        }
    }
    return header;
}

/// Either byte order mark of UTF-16 (UTF-32's little-endian one begins alike), or the NUL that ASCII letters in UTF-16 and
/// UTF-32 always bring.
bool is_wide(std::string_view text) {
    constexpr std::size_t looked_at = 4;
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           text.substr(0, looked_at).find('\0') != std::string_view::npos;
}

} // namespace

bool holds_header(std::string_view text) {
    return header_line(text).whole;
}

CsvDialect csv_dialect(std::string_view text, const std::string& name) {
    if (is_wide(text)) {
        throw UsageError(
            name + ": the text is UTF-16, not UTF-8",
            "save it as \"CSV UTF-8\", or convert it with iconv");
    }
    const std::string header = header_line(text).unquoted;
    CsvDialect dialect;
    dialect.mark_size = text.starts_with(utf8_mark) ? utf8_mark.size() : 0;
    constexpr std::array<char, 3> delimiters = {',', ';', '\t'};
    const auto count = [&header](char delimiter) {
        return std::count(header.begin(), header.end(), delimiter);
    };
    dialect.delimiter =
        *std::max_element(delimiters.begin(), delimiters.end(), [&count](char left, char right) {
            return count(left) < count(right);
        });
    return dialect;
}

} // namespace blast
