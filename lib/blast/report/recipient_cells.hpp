#pragma once

#include "blast/core/zoned_time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace blast {

// How a recipient's values stand in csv and json; to be included by .cpp files alone.

/// "" for nothing.
std::string iso8601_or_empty(const std::optional<WallTime>& time, const TimeZone& zone);

/// The gateway's or a person's words for a cell of csv: what a terminal could obey is escaped, only line breaks stay as they are.
std::string words_cell(std::string_view words);

/// null for nothing.
nlohmann::ordered_json time_json(const std::optional<WallTime>& time, const TimeZone& zone);
/// null for "".
nlohmann::ordered_json text_json(const std::string& text);
/// Own columns as an object.
nlohmann::ordered_json variables_json(const std::string& variables);
/// On one line; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);

} // namespace blast
