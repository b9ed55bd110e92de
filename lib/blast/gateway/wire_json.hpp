#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace blast {

// What the gateway sends is hostile until parsed. None of these throws for its input.

/// A JSON document: nothing for what is not JSON, not UTF-8, holds numbers beyond a double, or nests more than 64 levels
/// deep (recursive code over the result is then safe). The caller bounds the size.
std::optional<nlohmann::json> parse_bounded(std::string_view text);

/// The value at "a", "b", ... from `root` through objects only; nullptr when there is none.
const nlohmann::json*
find_path(const nlohmann::json& root, std::initializer_list<std::string_view> path);

/// The string at the path, without NUL characters (PostgreSQL's text holds none) and cut to `limit` bytes at a character's
/// end; "" when there is none or it is not a string.
std::string text_at(
    const nlohmann::json& root,
    std::initializer_list<std::string_view> path,
    std::size_t limit = 4096);

/// The boolean at the path; nothing when there is none.
std::optional<bool>
bool_at(const nlohmann::json& root, std::initializer_list<std::string_view> path);

/// Epoch seconds from a number or from a string of digits, as the gateway writes them; nothing outside 1 to 32503679999
/// (the year 2999), so that milliseconds are not taken for seconds.
std::optional<std::int64_t> epoch_seconds(const nlohmann::json& value);
/// The same at a path.
std::optional<std::int64_t>
epoch_seconds_at(const nlohmann::json& root, std::initializer_list<std::string_view> path);

/// The value as JSON text that jsonb takes: NUL characters are removed from strings and keys. At most 64 levels deep, as
/// parse_bounded gives it.
std::string jsonb_text(const nlohmann::json& value);

/// Text as PostgreSQL's text type takes it: NUL and bytes that are not UTF-8 become U+FFFD; cut to `limit` bytes at a
/// character's end.
std::string storable_text(std::string_view raw, std::size_t limit);

} // namespace blast
