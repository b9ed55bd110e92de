#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace blast::sim {

/// The text as a JSON string, quotes included. The text must be UTF-8, as all that came out of a JSON document is;
/// anything else is replaced by U+FFFD.
std::string json_string(std::string_view text);

/// The string member of that name; empty when `document` is no object, has no such member, or it is no string.
/// Valid as long as the document.
std::string_view string_at(const nlohmann::json& document, const char* name);

} // namespace blast::sim
