#include "blast/cli/terminal.hpp"

#include "blast/cli/invocation.hpp"
#include "blast/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>
#include <sys/ioctl.h>
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

Terminal this_terminal(std::string_view no_color, std::string_view term) {
    Terminal terminal;
    terminal.input = isatty(STDIN_FILENO) == 1;
    terminal.output = isatty(STDOUT_FILENO) == 1;
    terminal.errors = isatty(STDERR_FILENO) == 1;
    terminal.dumb = term.empty() || term == "dumb";
    const bool colour = no_color.empty() && !terminal.dumb;
    terminal.colour_output = terminal.output && colour;
    terminal.colour_errors = terminal.errors && colour;
    return terminal;
}

int terminal_width(int descriptor, int otherwise) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return otherwise;
    }
    return size.ws_col;
}

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

bool confirm(const Terminal& terminal, bool yes, const std::string& question) {
    if (yes) {
        return true;
    }
    if (!terminal.input) {
        throw UsageError(
            "'" + question + "' cannot be asked, standard input is not a terminal",
            "add --yes to go on without the question");
    }
    std::cerr << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    std::transform(answer.begin(), answer.end(), answer.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return answer == "y" || answer == "yes";
}

} // namespace blast
