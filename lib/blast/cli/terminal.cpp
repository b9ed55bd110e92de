#include "blast/cli/terminal.hpp"

#include "blast/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace blast {

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
