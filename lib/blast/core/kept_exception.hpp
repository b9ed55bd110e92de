#pragma once

#include <exception>
#include <utility>

namespace blast {

/// For callbacks that a C library calls: an exception must not pass through its frames, whose state it would leave half
/// changed. It is kept here until the library has returned, and thrown again then. Not thread-safe.
class KeptException {
public:
    /// Calls `body`; false when it threw. The first exception is kept.
    template <typename Body>
    bool keep(Body&& body) noexcept {
        try {
            std::forward<Body>(body)();
            return true;
        } catch (...) {
            if (!kept_) {
                kept_ = std::current_exception();
            }
            return false;
        }
    }

    /// Throws what was kept, once.
    void rethrow() {
        if (kept_) {
            std::rethrow_exception(std::exchange(kept_, nullptr));
        }
    }

private:
    std::exception_ptr kept_;
};

} // namespace blast
