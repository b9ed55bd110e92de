#pragma once

#include "blast/core/error.hpp"

#include <functional>
#include <string>

namespace blast {

struct Invocation;

// The tools, each from its command line to its exit status. They throw what run_tool tells the user of.

ExitCode send_tool(const Invocation& invocation);
ExitCode poll_tool(const Invocation& invocation);
ExitCode hook_tool(const Invocation& invocation);
ExitCode report_tool(const Invocation& invocation);
ExitCode admin_tool(const Invocation& invocation);

/// The frame of every executable: calls `tool`, tells what went wrong in one line on standard error and returns the exit
/// status for main. Output that could not be written (a full disk) makes a success a 3; a closed pipe does so without a
/// word.
///
///     int main(int argc, char** argv) {
///         return blast::run_tool("blast-poll", argc, argv, blast::poll_tool);
///     }
int run_tool(
    const std::string& name,
    int argc,
    char** argv,
    const std::function<ExitCode(const Invocation&)>& tool);

} // namespace blast
