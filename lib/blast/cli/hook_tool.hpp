#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct Invocation;

/// blast-hook, from its command line to its exit status. Throws what run_tool tells the user of.
ExitCode hook_tool(const Invocation& invocation);

} // namespace blast
