#include "blast/core/interruptible_input.hpp"

#include "blast/core/error.hpp"
#include "blast/core/stop_signal.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace blast {

InterruptibleInput::InterruptibleInput(int descriptor, const StopSignal& stop)
    : descriptor_(descriptor), stop_(stop) {}

InterruptibleInput::int_type InterruptibleInput::underflow() {
    if (wait(-1) == Readiness::stopped) {
        return traits_type::eof();
    }
    ssize_t count = 0;
    do {
        count = read(descriptor_, buffer_.data(), buffer_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        throw UsageError(
            fmt::format(
                "the input cannot be read ({})",
                std::strerror(errno)), // NOLINT(concurrency-mt-unsafe): one thread
            "give a file or a pipe that is open for reading");
    }
    if (count == 0) {
        return traits_type::eof();
    }
    setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
    return traits_type::to_int_type(buffer_.front());
}

std::streamsize InterruptibleInput::showmanyc() {
    return wait(0) == Readiness::bytes ? 1 : 0;
}

/// A pipe whose writer is gone and a descriptor with an error are ready: read() then tells.
InterruptibleInput::Readiness InterruptibleInput::wait(int milliseconds) const {
    std::array<pollfd, 2> watched{{{stop_.descriptor(), POLLIN, 0}, {descriptor_, POLLIN, 0}}};
    int ready = 0;
    do {
        ready = poll(watched.data(), watched.size(), milliseconds);
    } while (ready < 0 && errno == EINTR && stop_.received() == 0);
    if (stop_.received() != 0) {
        return Readiness::stopped;
    }
    return watched[1].revents != 0 ? Readiness::bytes : Readiness::nothing_yet;
}

} // namespace blast
