#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct Invocation;

/// blast-send, from its command line to its exit status. Throws what run_tool tells the user of.
ExitCode send_tool(const Invocation& invocation);

} // namespace blast
