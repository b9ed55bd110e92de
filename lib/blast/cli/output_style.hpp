#pragma once

#include "blast/report/terminal_text.hpp"

namespace blast {

struct Invocation;

/// How wide text on standard output may be: COLUMNS, where it is exported, before what the terminal says, as in ls(1).
int output_width(const Invocation& invocation);

/// How text may look on standard output: that width, and what the terminal there and the user's locale can show.
TextStyle text_style(const Invocation& invocation);

} // namespace blast
