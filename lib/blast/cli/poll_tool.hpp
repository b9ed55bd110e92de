#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct Invocation;

/// blast-poll, from its command line to its exit status. Throws what run_tool tells the user of.
ExitCode poll_tool(const Invocation& invocation);

} // namespace blast
