#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace blast {

// Values of flags and arguments. `what` names the flag in errors.

/// A whole number within bounds, both included. Throws UsageError for anything else.
std::int64_t parse_whole_number(
    std::string_view text, std::string_view what, std::int64_t least, std::int64_t most);

/// A blast's id. Throws UsageError for anything but a number from 1.
std::int64_t parse_blast_id(std::string_view text, std::string_view what);

/// The same, or nothing for "latest". `what` is empty for an argument, which has no name.
std::optional<std::int64_t> parse_blast_or_latest(std::string_view text, std::string_view what);

} // namespace blast
