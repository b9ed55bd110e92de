#include "blast/gateway/form_body.hpp"

#include "blast/core/printable.hpp"
#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <string>
#include <vector>

namespace blast {

namespace {

using nlohmann::json;

constexpr std::size_t field_limit = 200;
constexpr std::size_t bracket_limit = 8;

std::optional<char> hex_byte(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return static_cast<char>(value);
}

/// A "%" that no two hex digits follow stands for itself, as WHATWG says.
std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' ? hex_byte(text.substr(i + 1, 2)) : std::nullopt;
        if (byte) {
            out += *byte;
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

/// "key[id]" is "key", "id"; a name whose brackets do not match stands for itself.
std::vector<std::string> parts_of_name(const std::string& name) {
    const std::size_t first = name.find('[');
    if (first == std::string::npos || first == 0 || name.back() != ']') {
        return {name};
    }
    std::vector<std::string> parts{name.substr(0, first)};
    for (std::size_t open = first; open < name.size();) {
        const std::size_t close = name.find(']', open);
        if (name[open] != '[' || close == std::string::npos) {
            return {name};
        }
        parts.push_back(name.substr(open + 1, close - open - 1));
        open = close + 1;
    }
    return parts;
}

json field_value(std::string text) {
    if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
        std::optional<json> nested = parse_bounded(text);
        if (nested) {
            return *std::move(nested);
        }
    }
    json value = std::move(text);
    return value;
}

void set_field(json& document, const std::vector<std::string>& parts, json value) {
    json* here = &document;
    for (const std::string& part : parts) {
        if (!here->is_object()) {
            *here = json::object();
        }
        here = &(*here)[part];
    }
    *here = std::move(value);
}

/// False when the field makes the whole body unusable.
bool add_field(json& document, std::string_view field) {
    const std::size_t equals = field.find('=');
    const std::string name = percent_decoded(field.substr(0, equals));
    std::string value =
        equals == std::string_view::npos ? "" : percent_decoded(field.substr(equals + 1));
    const std::vector<std::string> parts = parts_of_name(name);
    if (parts.size() > bracket_limit + 1 || !is_utf8(name) || !is_utf8(value)) {
        return false;
    }
    set_field(document, parts, field_value(std::move(value)));
    return true;
}

} // namespace

std::optional<json> read_form(std::string_view body) {
    if (body.find('=') == std::string_view::npos) {
        return std::nullopt;
    }
    json document = json::object();
    for (std::size_t count = 0; !body.empty(); ++count) {
        const std::size_t end = std::min(body.find('&'), body.size());
        const std::string_view field = body.substr(0, end);
        if (count >= field_limit || (!field.empty() && !add_field(document, field))) {
            return std::nullopt;
        }
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    return document;
}

} // namespace blast
