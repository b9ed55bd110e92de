#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace blast::test {

/// Variables set (or, when empty, unset) for a child on top of this process's environment.
using Environment = std::map<std::string, std::string>;

struct ProcessResult {
    int exit_code = -1; ///< as a shell says it: 128 + signal for one that a signal ended
    std::string out;
    std::string err;
};

/// A running child, its standard streams in temporary files. Killed by its own pid, and reaped, in the destructor.
class Process {
public:
    /// `command[0]` without a slash is one of ours, found in the build's bin folder.
    explicit Process(
        const std::vector<std::string>& command,
        const Environment& environment = {},
        const std::string& input = {});
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;

    pid_t pid() const noexcept { return pid_; }
    void signal(int number) const;
    bool running();
    /// Waits for the end; throws when it does not come within `limit`, with what the child has said so far.
    ProcessResult wait(std::chrono::milliseconds limit = std::chrono::minutes(2));
    std::string out() const;
    std::string err() const;

private:
    pid_t pid_ = -1;
    int status_ = 0;
    bool ended_ = false;
    std::string folder_;
};

/// Where an executable is: without a slash one of ours, in the build's bin folder.
std::string executable_path(const std::string& name);

/// Runs to its end.
ProcessResult
run(const std::vector<std::string>& command,
    const Environment& environment = {},
    const std::string& input = {});

/// A folder below the system's temporary one, removed with all in it in the destructor.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;

    const std::string& path() const noexcept { return path_; }
    /// Writes a file in it and returns its path.
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::string path_;
};

std::string read_file(const std::string& path);

/// Calls `condition` every few milliseconds until it is true; throws "timed out waiting for `what`" after `limit`.
void wait_until(
    const std::string& what,
    const std::function<bool()>& condition,
    std::chrono::milliseconds limit = std::chrono::seconds(30));

} // namespace blast::test
