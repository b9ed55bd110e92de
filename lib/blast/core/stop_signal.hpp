#pragma once

#include "blast/core/error.hpp"

namespace blast {

/// SIGHUP, SIGINT and SIGTERM as the tools take them: the first asks to stop and is remembered, a second one ends the process
/// at once with 129, 130 or 143. SIGHUP stays ignored where it was at the start (nohup(1)). SIGPIPE is ignored, so that a closed pipe is an error of the write. At most one object at
/// a time; made in main before threads start.
class StopSignal {
public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;
    StopSignal(StopSignal&&) = delete;
    StopSignal& operator=(StopSignal&&) = delete;

    /// 0, or the signal that asked to stop (SIGHUP, SIGINT or SIGTERM).
    int received() const noexcept;
    /// How a tool ends that has stopped for it. Only once a signal has come.
    ExitCode exit_code() const noexcept;
    /// A descriptor that becomes readable with the first signal, for epoll or poll. Never read from it.
    int descriptor() const noexcept;
};

} // namespace blast
