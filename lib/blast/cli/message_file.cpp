#include "blast/cli/message_file.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace blast {

namespace {

constexpr std::uintmax_t largest_file = 1024UL * 1024;

void strip_line_end(std::string& text) {
    if (!text.empty() && text.back() == '\n')
        text.pop_back();
    if (!text.empty() && text.back() == '\r')
        text.pop_back();
}

} // namespace

std::string read_message_file(const std::string& path) {
    std::error_code unknown;
    const bool too_large = std::filesystem::is_regular_file(path, unknown) &&
                           std::filesystem::file_size(path, unknown) > largest_file;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    const bool folder = std::filesystem::is_directory(path, unknown);
    if (in && !too_large && !folder && in.peek() != std::ifstream::traits_type::eof())
        content << in.rdbuf();
    if (in.bad() || !in.is_open() || folder || content.fail())
        throw UsageError(
            fmt::format("--message-file: cannot read '{}'", printable(path)),
            "check its name and permissions");
    std::string text = content.str();
    if (too_large || !is_utf8(text))
        throw UsageError(
            fmt::format("--message-file: '{}' is not a message", printable(path)),
            "give a text in UTF-8 of at most 1 MiB");
    if (text.compare(0, 3, "\xEF\xBB\xBF") == 0)
        text.erase(0, 3);
    strip_line_end(text);
    return text;
}

} // namespace blast
