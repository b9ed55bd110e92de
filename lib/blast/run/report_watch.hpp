#pragma once

#include "blast/core/error.hpp"
#include "blast/run/report_run.hpp"

#include <functional>
#include <string>

namespace blast {

class StopSignal;

/// How wide and high the terminal is now, and its style.
struct Screen {
    TextStyle style;
    int rows = 24;
};

/// One frame of text as what a terminal needs to be told to show it in place of the last one: from the top left corner, each
/// line's rest cleared, and all below; at most rows - 1 lines, so that nothing scrolls (ECMA-48: CUP, EL, ED).
std::string redrawn(const std::string& text, int rows);

/// Draws the report again and again in the terminal on standard output, every two seconds, until a signal asks to stop;
/// the cursor is hidden meanwhile. `screen` is asked before each frame, since windows are resized. Each frame has a connection's
/// worth of patience: one that was lost is made anew once. Returns interrupted or terminated. Throws as run_report does.
ExitCode watch_report(
    const ReportRequest& request,
    const std::string& database_url,
    const ReportSurroundings& surroundings,
    const std::function<Screen()>& screen,
    const StopSignal& stop);

} // namespace blast
