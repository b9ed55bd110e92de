#include "blast/core/stop_signal.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace blast {

namespace {

// A signal handler reaches only statics, and only lock-free atomics are safe in one (signal-safety(7)).
std::atomic<int> first_signal{0};
std::atomic<int> wake_descriptor{-1};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_stop_signal(int signal) {
    int expected = 0;
    if (!first_signal.compare_exchange_strong(expected, signal)) {
        _exit(128 + signal);
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_descriptor.load(), &one, sizeof one);
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler =
        handler; // NOLINT(cppcoreguidelines-pro-type-union-access): the POSIX interface
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    return action.sa_handler ==
           SIG_IGN; // NOLINT(cppcoreguidelines-pro-type-union-access): the POSIX interface
}

} // namespace

StopSignal::StopSignal() {
    const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) {
        throw std::runtime_error("eventfd failed");
    }
    first_signal = 0;
    wake_descriptor = descriptor;
    if (!is_ignored(SIGHUP)) {
        handle(SIGHUP, on_stop_signal);
    }
    handle(SIGINT, on_stop_signal);
    handle(SIGTERM, on_stop_signal);
    handle(SIGPIPE, SIG_IGN);
}

StopSignal::~StopSignal() {
    if (!is_ignored(SIGHUP)) {
        handle(SIGHUP, SIG_DFL);
    }
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    close(wake_descriptor.exchange(-1));
}

// Both belong to the object although they read statics: without it nobody takes the signals.
// NOLINTBEGIN(readability-convert-member-functions-to-static): see above
int StopSignal::received() const noexcept {
    return first_signal.load();
}

ExitCode StopSignal::exit_code() const noexcept {
    constexpr int by_signal = 128;
    return static_cast<ExitCode>(by_signal + received());
}

int StopSignal::descriptor() const noexcept {
    return wake_descriptor.load();
}
// NOLINTEND(readability-convert-member-functions-to-static)

} // namespace blast
