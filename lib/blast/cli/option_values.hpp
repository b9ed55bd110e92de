#pragma once

#include <cstdint>
#include <string_view>

namespace blast {

// Values of flags and arguments. `what` names the flag in errors.

/// A whole number within bounds, both included. Throws UsageError for anything else.
std::int64_t parse_whole_number(
    std::string_view text, std::string_view what, std::int64_t least, std::int64_t most);

/// A blast's id. Throws UsageError for anything but a number from 1.
std::int64_t parse_blast_id(std::string_view text, std::string_view what);

} // namespace blast
