#pragma once

#include "blast/report/terminal_text.hpp"

#include <string>
#include <string_view>

namespace blast {

struct Invocation;

/// Which of the standard streams a person looks at.
struct Terminal {
    bool input = false;  ///< standard input is a terminal: questions can be asked
    bool output = false; ///< standard output is one
    bool errors = false; ///< standard error is one
    bool dumb = false;   ///< TERM=dumb: no line can be redrawn
    bool colour_output =
        false; ///< colour may be used on standard output: a terminal, NO_COLOR not set
    bool colour_errors = false; ///< the same for standard error
    bool can_redraw() const noexcept {
        return errors && !dumb;
    } ///< a progress line on standard error
};

/// Of this process. NO_COLOR counts when it is set and not empty (https://no-color.org).
Terminal this_terminal(std::string_view no_color, std::string_view term);

/// Columns of the terminal at `descriptor` now (windows are resized), else `otherwise`.
int terminal_width(int descriptor, int otherwise = 80);

/// How wide text on standard output may be: COLUMNS, where it is exported, before what the terminal says, as in ls(1).
int output_width(const Invocation& invocation);

/// How text may look on standard output: that width, and what the terminal there and the user's locale can show.
TextStyle text_style(const Invocation& invocation);

/// Asks a yes-or-no question on standard error and reads the answer from standard input; anything but y or yes, in any
/// case, is no. With `yes` (--yes) nothing is asked. Throws UsageError, telling to add --yes, when standard input is not
/// a terminal.
bool confirm(const Terminal& terminal, bool yes, const std::string& question);

} // namespace blast
