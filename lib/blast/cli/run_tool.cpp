#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/log.hpp"
#include "blast/core/printable.hpp"
#include "blast/core/standard_streams.hpp"
#include "blast/store/database_error.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <poll.h>
#include <unistd.h>

namespace blast {

namespace {

/// Before the command line has been read, and where it cannot be, errors follow its plain wish for JSON all the same.
LogSettings first_log_settings(const Invocation& invocation) {
    LogSettings settings;
    settings.tool = invocation.tool;
    settings.colour = invocation.terminal.colour_errors;
    const std::vector<std::string>& arguments = invocation.arguments;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool apart = arguments[i] == "--log-format" && i + 1 < arguments.size() &&
                           arguments[i + 1] == "json";
        if (apart || arguments[i] == "--log-format=json") {
            settings.format = LogFormat::json;
        }
    }
    return settings;
}

/// Whether nobody reads standard output any more: poll(2) reports POLLERR for a pipe whose read end is closed.
bool output_pipe_closed() {
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/// Flushes standard output; false when something of it could not be written, now or before.
bool output_written() {
    std::cout.flush();
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && !std::cout.fail();
}

ExitCode checked_output(ExitCode code, const Log& log) {
    if (output_written()) {
        return code;
    }
    if (!output_pipe_closed()) {
        log.error("cannot write to standard output: see that its disk is not full");
    }
    return code == ExitCode::done ? ExitCode::unavailable : code;
}

std::string remedy_for(const DatabaseError& error) {
    if (error.sqlstate() ==
        "57014") { // query_canceled; before a transaction has its own settings, this is the role's
        return "raise the role's statement_timeout, or see who cancels its statements";
    }
    if (error.sqlstate() == "0A000") { // feature_not_supported: READ WRITE during recovery
        return "if it is a standby, let DATABASE_URL name the primary";
    }
    return "see that it runs, then `blast-admin check` shows what is wrong";
}

ExitCode call(
    const Invocation& invocation,
    const Log& log,
    const std::function<ExitCode(const Invocation&)>& tool) {
    try {
        return tool(invocation);
    } catch (const TextRequested& text) {
        std::cout << text.what();
        return ExitCode::done;
    } catch (const Error& error) {
        log.error(error.what());
        return error.exit_code();
    } catch (const DatabaseError& error) {
        log.error("the database failed: " + printable(error.what()) + ": " + remedy_for(error));
    } catch (const std::bad_alloc&) {
        log.error("out of memory: free some, then run this again");
    } catch (const std::exception& error) {
        // A write that failed surfaces as an exception too (fmt::print); checked_output tells of it.
        if (std::ferror(stdout) == 0) {
            log.error(
                "internal error: " + printable(error.what()) +
                ": please report it with the command that you ran");
        }
    }
    return ExitCode::unavailable;
}

} // namespace

int run_tool(
    const std::string& name,
    int argc,
    char** argv,
    const std::function<ExitCode(const Invocation&)>& tool) {
    hold_standard_streams();
    // A closed pipe is then an error of the write, which is checked below, and not the end of the process.
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return static_cast<int>(ExitCode::unavailable);
    }
    const Invocation invocation = this_invocation(name, argc, argv);
    const Log log(first_log_settings(invocation));
    return static_cast<int>(checked_output(call(invocation, log, tool), log));
}

} // namespace blast
