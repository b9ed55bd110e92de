#include "blast/cli/output_style.hpp"

#include "blast/cli/invocation.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

/// Whether the user's locale writes UTF-8 (POSIX, XBD 8.2: LC_ALL before LC_CTYPE before LANG).
bool utf8_locale(const Invocation& invocation) {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string value = invocation.variable(name);
        if (value.empty()) {
            continue;
        }
        std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
    return false;
}

} // namespace

int output_width(const Invocation& invocation) {
    const std::string columns = invocation.variable("COLUMNS");
    int width = 0;
    const auto [end, error] =
        std::from_chars(columns.data(), columns.data() + columns.size(), width);
    if (error == std::errc() && end == columns.data() + columns.size() && width > 0) {
        return width;
    }
    return terminal_width(STDOUT_FILENO);
}

TextStyle text_style(const Invocation& invocation) {
    const Terminal& terminal = invocation.terminal;
    TextStyle style;
    style.width = output_width(invocation);
    style.terminal = terminal.output;
    style.unicode = style.terminal && !terminal.dumb && utf8_locale(invocation);
    style.colour = style.terminal && terminal.colour_output;
    return style;
}

} // namespace blast
