#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct Invocation;

/// blast-admin, from its command line to its exit status. Throws what run_tool tells the user of.
ExitCode admin_tool(const Invocation& invocation);

} // namespace blast
