#pragma once

#include "support/process.hpp"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace blast::test {

/// A child in a terminal of its own (pty(7)), of the given size: standard input, output and error are that terminal, and
/// TERM is xterm. Killed by its own pid, and reaped, in the destructor.
class TerminalProcess {
public:
    struct Size {
        unsigned short columns = 80;
        unsigned short rows = 24;
    };

    /// `command` as for Process.
    TerminalProcess(
        const std::vector<std::string>& command, const Environment& environment, Size size);
    ~TerminalProcess();
    TerminalProcess(const TerminalProcess&) = delete;
    TerminalProcess& operator=(const TerminalProcess&) = delete;
    TerminalProcess(TerminalProcess&&) = delete;
    TerminalProcess& operator=(TerminalProcess&&) = delete;

    /// Waits until the terminal has been sent `text`, and returns all of it so far. Throws when that does not come.
    std::string wait_for(const std::string& text);
    /// Types: "\x03" is Ctrl-C.
    void type(const std::string& keys) const;
    void resize(Size size) const;
    /// Waits for the end. `out` is all that the terminal was sent.
    ProcessResult wait();

private:
    void read_more();

    int terminal_ = -1;
    pid_t pid_ = -1;
    bool reaped_ = false;
    bool closed_ = false;
    std::string sent_;
};

} // namespace blast::test
