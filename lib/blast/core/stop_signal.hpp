#pragma once

namespace blast {

/// SIGINT and SIGTERM as the tools take them: the first asks to stop and is remembered, a second one ends the process
/// at once with 130 or 143. SIGPIPE is ignored, so that a closed pipe is an error of the write. At most one object at
/// a time; made in main before threads start.
class StopSignal {
public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;
    StopSignal(StopSignal&&) = delete;
    StopSignal& operator=(StopSignal&&) = delete;

    /// 0, or the signal that asked to stop (SIGINT or SIGTERM).
    int received() const noexcept;
    /// A descriptor that becomes readable with the first signal, for epoll or poll. Never read from it.
    int descriptor() const noexcept;
};

} // namespace blast
