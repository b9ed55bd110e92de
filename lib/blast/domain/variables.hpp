#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blast {

/// A recipient's columns and values, in the order of the CSV's columns. Names are the CSV's own; templates find them
/// in any case, spaces and underscores alike (column_name.hpp).
using Variables = std::vector<std::pair<std::string, std::string>>;

/// The variables as a JSON object of strings (RFC 8259), in their order: what is kept beside a recipient in the
/// database. The text must be UTF-8 without NUL, which PostgreSQL's jsonb cannot hold; CsvReader sees to it.
std::string variables_to_json(const Variables& variables);

/// The inverse of variables_to_json, also for what jsonb made of it (keys in another order). Numbers and booleans become
/// their JSON text, null the empty string. Throws std::invalid_argument for anything but a flat JSON object.
Variables variables_from_json(std::string_view json);

/// Appends the text as a JSON string with its quotes. The text must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

} // namespace blast
