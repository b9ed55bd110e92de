#include "support/terminal_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace blast::test {

namespace {

winsize as_winsize(TerminalProcess::Size size) {
    return {size.rows, size.columns, 0, 0};
}

[[noreturn]] void become(const std::vector<std::string>& command, const Environment& environment) {
    setenv("TERM", "xterm", 1); // NOLINT(concurrency-mt-unsafe): the child has one thread
    for (const auto& [name, value] : environment) {
        if (value.empty()) {
            unsetenv(name.c_str()); // NOLINT(concurrency-mt-unsafe)
        } else {
            setenv(name.c_str(), value.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
        }
    }
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str())); // execv only reads it
    }
    arguments.push_back(nullptr);
    execv(executable_path(command[0]).c_str(), arguments.data());
    constexpr int not_found = 127;
    _exit(not_found);
}

} // namespace

TerminalProcess::TerminalProcess(
    const std::vector<std::string>& command, const Environment& environment, Size size) {
    const winsize window = as_winsize(size);
    pid_ = forkpty(&terminal_, nullptr, nullptr, &window);
    if (pid_ < 0) {
        throw std::system_error(errno, std::generic_category(), "forkpty");
    }
    if (pid_ == 0) {
        become(command, environment);
    }
}

TerminalProcess::~TerminalProcess() {
    if (!reaped_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
}

void TerminalProcess::read_more() {
    constexpr int patience_milliseconds = 5;
    pollfd readable{terminal_, POLLIN, 0};
    if (closed_ || poll(&readable, 1, patience_milliseconds) <= 0) {
        return;
    }
    std::array<char, 4096> buffer{};
    const ssize_t length = read(terminal_, buffer.data(), buffer.size());
    // EIO: the child has closed the terminal (pty(7)).
    closed_ = length <= 0;
    if (length > 0) {
        sent_.append(buffer.data(), static_cast<std::size_t>(length));
    }
}

std::string TerminalProcess::wait_for(const std::string& text) {
    wait_until("'" + text + "' in the terminal", [&] {
        read_more();
        return sent_.find(text) != std::string::npos;
    });
    return sent_;
}

void TerminalProcess::type(const std::string& keys) const {
    if (write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
        throw std::system_error(errno, std::generic_category(), "write to the terminal");
    }
}

void TerminalProcess::resize(Size size) const {
    const winsize window = as_winsize(size);
    ioctl(terminal_, TIOCSWINSZ, &window);
}

ProcessResult TerminalProcess::wait() {
    wait_until("the end of the terminal's process", [this] {
        read_more();
        return closed_;
    });
    int status = 0;
    waitpid(pid_, &status, 0);
    reaped_ = true;
    constexpr int by_signal = 128;
    return {WIFSIGNALED(status) ? by_signal + WTERMSIG(status) : WEXITSTATUS(status), sent_, ""};
}

} // namespace blast::test
