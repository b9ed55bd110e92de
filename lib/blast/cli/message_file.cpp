#include "blast/cli/message_file.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

namespace blast {

namespace {

constexpr std::size_t largest_file = 1024UL * 1024;

/// One byte more than a message may have shows that there is more; a pipe is not read to an end that it may not have.
std::optional<std::string> read_beginning(std::istream& in) {
    std::string text(largest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) {
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

std::optional<std::string> read_file(const std::string& path) {
    std::error_code unknown;
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path, unknown)) {
        return std::nullopt;
    }
    return read_beginning(in);
}

/// What Windows writes as CRLF is one line end to WhatsApp.
void unite_line_ends(std::string& text) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
            text[kept++] = text[i];
        }
    }
    text.resize(kept);
}

} // namespace

std::string read_message_file(const std::string& path) {
    std::optional<std::string> text = path == "-" ? read_beginning(std::cin) : read_file(path);
    if (!text) {
        throw UsageError(
            fmt::format("--message-file: cannot read '{}'", printable(path)),
            "check its name and permissions");
    }
    if (text->size() > largest_file || !is_utf8(*text)) {
        throw UsageError(
            fmt::format("--message-file: '{}' is not a message", printable(path)),
            "give a text in UTF-8 of at most 1 MiB");
    }
    if (text->compare(0, 3, "\xEF\xBB\xBF") == 0) {
        text->erase(0, 3);
    }
    unite_line_ends(*text);
    if (!text->empty() && text->back() == '\n') {
        text->pop_back();
    }
    return *text;
}

} // namespace blast
