#include "blast/report/list_format.hpp"

#include "blast/core/printable.hpp"

#include <nlohmann/json.hpp>

namespace blast {

using Json = nlohmann::ordered_json;

std::string iso8601_or_empty(const std::optional<WallTime>& time, const TimeZone& zone) {
    return time ? zone.iso8601(*time) : std::string();
}

std::string words_cell(std::string_view words) {
    std::string cell;
    for (;;) {
        const std::size_t end = words.find('\n');
        cell += printable(words.substr(0, end), std::string_view::npos);
        if (end == std::string_view::npos) {
            return cell;
        }
        cell += '\n';
        words.remove_prefix(end + 1);
    }
}

Json time_json(const std::optional<WallTime>& time, const TimeZone& zone) {
    return time ? Json(zone.iso8601(*time)) : Json(nullptr);
}

Json text_json(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json variables_json(const std::string& variables) {
    return variables.empty() ? Json::object() : Json::parse(variables);
}

std::string json_text(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace blast
