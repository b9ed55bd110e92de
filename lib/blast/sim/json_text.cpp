#include "blast/sim/json_text.hpp"

#include <nlohmann/json.hpp>

namespace blast::sim {

using nlohmann::json;

std::string json_string(std::string_view text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view string_at(const json& document, const char* name) {
    if (!document.is_object()) {
        return {};
    }
    const auto found = document.find(name);
    return found != document.end() && found->is_string()
               ? std::string_view(found->get_ref<const std::string&>())
               : std::string_view();
}

} // namespace blast::sim
