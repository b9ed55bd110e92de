#include "blast/core/standard_streams.hpp"

#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>

namespace blast {

void hold_standard_streams() noexcept {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): fcntl's and open's own interface
        if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) {
            continue;
        }
        // open(2) takes the lowest free number, which is this one. The wrong way round: reading and writing fail.
        const int mode = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        [[maybe_unused]] const int held =
            open("/dev/null", mode); // NOLINT(cppcoreguidelines-pro-type-vararg)
    }
}

} // namespace blast
