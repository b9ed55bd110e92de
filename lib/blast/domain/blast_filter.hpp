#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace blast {

/// Which blasts are meant: those to which all that is set applies.
struct BlastFilter {
    std::optional<std::int64_t> id;
    std::optional<std::string> tag;
    std::optional<std::string> stage;
    std::optional<WallTime> since;     ///< blast_date at or after it
    std::optional<WallTime> until;     ///< blast_date before it
    std::optional<std::string> device; ///< among those that the blast sends on

    /// Whether it narrows anything but the id.
    bool narrows() const { return tag || stage || since || until || device; }
};

} // namespace blast
