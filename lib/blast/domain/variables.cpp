#include "blast/domain/variables.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace blast {

namespace {

bool needs_escape(char byte) noexcept {
    return static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\';
}

void append_escaped(std::string& out, char byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    const auto value = static_cast<unsigned char>(byte);
    out += "\\u00";
    out += hex[value >> 4U];
    out += hex[value & 0xFU];
}

/// Takes a flat object apart while it is read. The names are those of nlohmann's SAX interface.
class FlatObject final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit FlatObject(Variables& variables) : variables_(variables) {}

    bool start_object(std::size_t) override { return ++depth_ == 1; }
    bool end_object() override {
        --depth_;
        return true;
    }
    bool key(string_t& name) override {
        variables_.emplace_back(std::move(name), std::string());
        return true;
    }
    bool string(string_t& text) override { return keep(std::move(text)); }
    bool null() override { return keep({}); }
    bool boolean(bool value) override { return keep(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return keep(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return keep(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return keep(text); }
    bool binary(binary_t&) override { return false; }
    bool start_array(std::size_t) override { return false; }
    bool end_array() override { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    bool keep(std::string value) {
        if (depth_ != 1) {
            return false;
        }
        variables_.back().second = std::move(value);
        return true;
    }

    Variables& variables_;
    int depth_ = 0;
};

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape(text[i])) {
            continue;
        }
        out += text.substr(start, i - start);
        append_escaped(out, text[i]);
        start = i + 1;
    }
    out += text.substr(start);
    out += '"';
}

std::string variables_to_json(const Variables& variables) {
    std::string out = "{";
    for (const auto& [column, value] : variables) {
        if (out.size() > 1) {
            out += ',';
        }
        append_json_string(out, column);
        out += ':';
        append_json_string(out, value);
    }
    out += '}';
    return out;
}

Variables variables_from_json(std::string_view json) {
    Variables variables;
    FlatObject object(variables);
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &object)) {
        throw std::invalid_argument("the variables are no flat JSON object");
    }
    return variables;
}

} // namespace blast
