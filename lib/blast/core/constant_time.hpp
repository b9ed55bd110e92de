#pragma once

#include <string_view>

namespace blast {

/// Whether `given` is `secret`, in a time that depends on the secret's length alone: how long it takes tells nothing of how
/// much of it was right.
inline bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept {
    unsigned difference = given.size() == secret.size() ? 0U : 1U;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        const unsigned left = i < given.size() ? static_cast<unsigned char>(given[i]) : 0U;
        const unsigned right = static_cast<unsigned char>(secret[i]);
        difference |= left ^ right;
    }
    const volatile unsigned result = difference;
    return result == 0;
}

} // namespace blast
