#pragma once

#include <stdexcept>
#include <string>

namespace blast {

/// How a tool ends; the numbers are part of the contract with scripts and cron.
enum class ExitCode : int {
    done = 0,        ///< all of it
    partly = 1,      ///< done, but some recipients failed, are unconfirmed or could not be checked
    usage = 2,       ///< wrong usage or bad input: nothing was sent or changed
    unavailable = 3, ///< the database or the gateway cannot be used
    stopped = 4,     ///< stopped early on purpose with work left
    hung_up = 129,   ///< SIGHUP, stopped cleanly
    interrupted = 130, ///< SIGINT, stopped cleanly
    terminated = 143   ///< SIGTERM, stopped cleanly
};

/// What went wrong, what to do about it, and how the tool ends for it. what() is the whole line for the user,
/// "what is wrong: what to do about it", without the tool's name and without secrets.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& wrong, const std::string& remedy);

    ExitCode exit_code() const noexcept { return code_; }

private:
    ExitCode code_;
};

/// Wrong usage or bad input (exit 2): thrown before anything is sent or changed.
class UsageError : public Error {
public:
    UsageError(const std::string& wrong, const std::string& remedy)
        : Error(ExitCode::usage, wrong, remedy) {}
};

/// The database or the gateway cannot be used (exit 3).
class UnavailableError : public Error {
public:
    UnavailableError(const std::string& wrong, const std::string& remedy)
        : Error(ExitCode::unavailable, wrong, remedy) {}
};

} // namespace blast
