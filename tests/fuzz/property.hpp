#pragma once

#include "blast/core/printable.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace blast::fuzz {

/// Ends the process when a property does not hold, so that libFuzzer keeps the input.
inline void require(bool holds, const char* property) {
    if (holds)
        return;
    std::fprintf(stderr, "this does not hold: %s\n", property);
    std::abort();
}

/// As PostgreSQL's text type takes it, and no longer than the parser promises.
inline bool is_clean(std::string_view text, std::size_t limit) {
    return text.size() <= limit && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

/// A plus, then 7 to 15 digits of which the first is not 0.
inline bool is_e164(std::string_view phone) {
    return phone.size() >= 8 && phone.size() <= 16 && phone[0] == '+' && phone[1] != '0' &&
           std::all_of(phone.begin() + 1, phone.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether epoch seconds lie within the years 1970 to 2999, so that no arithmetic on them overflows.
inline bool is_plausible(const std::optional<std::int64_t>& seconds) {
    return !seconds || (*seconds >= 1 && *seconds <= 32'503'679'999);
}

} // namespace blast::fuzz
