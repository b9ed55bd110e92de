#pragma once

#include <array>
#include <streambuf>

namespace blast {

class StopSignal;

/// Reads a descriptor, a file's or a pipe's, until its end or a stop signal, whichever comes first: a read of standard input
/// would sit through the signal. in_avail() is 0 while there is nothing to read yet. Does not close the descriptor. What cannot be read throws UsageError.
class InterruptibleInput : public std::streambuf {
public:
    /// `stop` must outlive the object.
    InterruptibleInput(int descriptor, const StopSignal& stop);

protected:
    int_type underflow() override;
    std::streamsize showmanyc() override;

private:
    enum class Readiness { bytes, nothing_yet, stopped };
    Readiness wait(int milliseconds) const;

    int descriptor_;
    const StopSignal& stop_;
    std::array<char, 65536> buffer_{};
};

} // namespace blast
