#include "blast/gateway/wire_json.hpp"

#include "blast/core/printable.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace blast {

namespace {

using nlohmann::json;

constexpr int depth_limit = 64;
constexpr std::int64_t last_epoch_second = 32'503'679'999;
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

std::string without_nul(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
    return text;
}

/// `text` is UTF-8.
void cut_at_character(std::string& text, std::size_t limit) {
    if (text.size() <= limit) {
        return;
    }
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    text.resize(end);
}

bool holds_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

void remove_nul(json& value) {
    if (value.is_string()) {
        auto& text = value.get_ref<std::string&>();
        if (holds_nul(text)) {
            text = without_nul(std::move(text));
        }
    } else if (value.is_array()) {
        for (json& element : value) {
            remove_nul(element);
        }
    } else if (value.is_object()) {
        json clean = json::object();
        for (auto member = value.begin(); member != value.end(); ++member) {
            remove_nul(*member);
            clean[without_nul(member.key())] = std::move(*member);
        }
        value = std::move(clean);
    }
}

std::optional<std::int64_t> in_range(std::int64_t seconds) {
    if (seconds < 1 || seconds > last_epoch_second) {
        return std::nullopt;
    }
    return seconds;
}

std::optional<std::int64_t> seconds_of_digits(std::string_view digits) {
    std::int64_t seconds = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return in_range(seconds);
}

std::string bounded_text(std::string text, std::size_t limit) {
    if (holds_nul(text)) {
        text = without_nul(std::move(text));
    }
    cut_at_character(text, limit);
    return text;
}

} // namespace

std::optional<json> parse_bounded(std::string_view text) {
    using Event = json::parse_event_t;
    bool too_deep = false;
    // What is too deep is not built: json's destructor and dump() are recursive.
    const auto keep = [&too_deep](int depth, Event event, const json& /*value*/) {
        const bool opens = event == Event::object_start || event == Event::array_start;
        const bool deeper = opens && depth >= depth_limit;
        too_deep = too_deep || deeper;
        return !deeper;
    };
    json document = json::parse(text.begin(), text.end(), keep, false);
    if (too_deep || document.is_discarded()) {
        return std::nullopt;
    }
    return document;
}

const json* find_path(const json& root, std::initializer_list<std::string_view> path) {
    const json* here = &root;
    for (const std::string_view key : path) {
        if (!here->is_object()) {
            return nullptr;
        }
        const auto found = here->find(std::string(key));
        if (found == here->end()) {
            return nullptr;
        }
        here = &*found;
    }
    return here;
}

std::string
text_at(const json& root, std::initializer_list<std::string_view> path, std::size_t limit) {
    const json* const found = find_path(root, path);
    if (found == nullptr || !found->is_string()) {
        return {};
    }
    return bounded_text(found->get<std::string>(), limit);
}

std::optional<bool> bool_at(const json& root, std::initializer_list<std::string_view> path) {
    const json* const found = find_path(root, path);
    return found != nullptr && found->is_boolean() ? std::optional(found->get<bool>())
                                                   : std::nullopt;
}

std::optional<std::int64_t> epoch_seconds(const json& value) {
    if (value.is_number_unsigned()) {
        const auto seconds = value.get<std::uint64_t>();
        return seconds > last_epoch_second ? std::nullopt
                                           : in_range(static_cast<std::int64_t>(seconds));
    }
    if (value.is_number_integer()) {
        return in_range(value.get<std::int64_t>());
    }
    if (value.is_number_float()) {
        const double seconds = std::floor(value.get<double>());
        const bool usable = seconds >= 1 && seconds <= static_cast<double>(last_epoch_second);
        return usable ? in_range(static_cast<std::int64_t>(seconds)) : std::nullopt;
    }
    if (value.is_string()) {
        return seconds_of_digits(value.get_ref<const std::string&>());
    }
    return std::nullopt;
}

std::optional<std::int64_t>
epoch_seconds_at(const json& root, std::initializer_list<std::string_view> path) {
    const json* const found = find_path(root, path);
    return found == nullptr ? std::nullopt : epoch_seconds(*found);
}

std::string jsonb_text(const json& value) {
    std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    // NUL is always written as an escape, so most documents need no second look.
    if (text.find("\\u0000") == std::string::npos) {
        return text;
    }
    json clean = value;
    remove_nul(clean);
    return clean.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string storable_text(std::string_view raw, std::size_t limit) {
    std::string text;
    text.reserve(std::min(raw.size(), limit));
    while (!raw.empty() && text.size() < limit) {
        const std::size_t length = utf8_sequence_length(raw);
        if (length == 0 || raw.front() == '\0') {
            text += replacement_character;
        } else {
            text += raw.substr(0, length);
        }
        raw.remove_prefix(std::max<std::size_t>(length, 1));
    }
    cut_at_character(text, limit);
    return text;
}

} // namespace blast
