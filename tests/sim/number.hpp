#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace blast::sim {

/// The number that the whole of `text` is, if it is one.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

} // namespace blast::sim
