#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct Invocation;

/// blast-report, for run_tool.
ExitCode report_tool(const Invocation& invocation);

} // namespace blast
