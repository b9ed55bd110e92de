#pragma once

#include "blast/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace blast {

/// The bad rows of a file that an error names, and how many there are.
class BadRows {
public:
    /// `file` as errors show it; of more than `listed` rows only so many are named.
    explicit BadRows(std::string file, std::size_t listed = 20)
        : file_(std::move(file)), most_listed_(listed) {}

    void add(std::uint64_t line, std::string_view reason);
    std::uint64_t count() const noexcept { return count_; }

    /// "FILE: 2 of 9 rows cannot be sent to: ...", the rows on lines of their own; `done` is what cannot be done with them,
    /// "sent to".
    UsageError error(std::string_view done, std::uint64_t valid_rows) const;

private:
    std::string file_;
    std::size_t most_listed_;
    std::string listed_;
    std::uint64_t count_ = 0;
};

} // namespace blast
