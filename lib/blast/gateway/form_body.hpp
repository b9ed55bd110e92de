#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

namespace blast {

/// A body of the type application/x-www-form-urlencoded (WHATWG URL, 5.1) as the JSON object that it stands for: fields
/// named "key[id]" become objects in objects, a value that is a JSON object or array becomes that, all other values are
/// strings. Of several fields with one name the last counts. Nothing for a body without "=", with more than 200 fields or
/// with more than 8 brackets in a name. Never throws for its input.
std::optional<nlohmann::json> read_form(std::string_view body);

} // namespace blast
