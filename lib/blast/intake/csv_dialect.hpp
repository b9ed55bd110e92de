#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace blast {

/// What the first bytes of a CSV file tell about the rest.
struct CsvDialect {
    char delimiter =
        ','; ///< the one of comma, semicolon and tab that the header has most of, outside quotes
    std::size_t mark_size = 0; ///< the length of the UTF-8 byte order mark: 3 or 0
};

/// Whether `text`, the start of a file, holds the whole header, so that csv_dialect can judge.
bool holds_header(std::string_view text);

/// Throws UsageError for UTF-16 and UTF-32, with or without a byte order mark. `name` is the file's, for the error.
CsvDialect csv_dialect(std::string_view text, const std::string& name);

} // namespace blast
