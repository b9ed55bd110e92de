#include "blast/domain/column_name.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

bool is_gap(char32_t code_point) noexcept {
    constexpr char32_t no_break_space = 0xA0;
    return code_point == U' ' || code_point == U'_' ||
           (code_point >= U'\t' && code_point <= U'\r') || code_point == no_break_space;
}

/// Gives a name's normalised characters one by one, then 0.
class Normalised {
public:
    explicit Normalised(std::string_view name) noexcept : rest_(name) { skip_gap(); }

    char32_t next() noexcept {
        if (rest_.empty()) {
            return 0;
        }
        const char32_t code_point = take_code_point(rest_);
        if (!is_gap(code_point)) {
            return lower_case(code_point);
        }
        skip_gap();
        return rest_.empty() ? 0 : U'_';
    }

private:
    void skip_gap() noexcept {
        while (!rest_.empty()) {
            std::string_view after = rest_;
            if (!is_gap(take_code_point(after))) {
                return;
            }
            rest_ = after;
        }
    }

    std::string_view rest_;
};

std::string without_blanks_around(std::string_view name) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const std::size_t first = name.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return std::string(name.substr(first, name.find_last_not_of(blanks) - first + 1));
}

std::size_t index_of(const std::vector<std::string>& columns, std::string_view wanted) noexcept {
    const auto found = std::find_if(columns.begin(), columns.end(), [wanted](const auto& column) {
        return same_column_name(column, wanted);
    });
    return static_cast<std::size_t>(found - columns.begin());
}

void refuse_twins(const std::vector<std::string>& names, std::string_view origin) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t first = index_of(names, names[i]);
        if (first == i) {
            continue;
        }
        throw UsageError(
            fmt::format(
                "{}: columns {} and {} have the same name, \"{}\"", origin, first + 1, i + 1,
                printable(names[i])),
            "rename one (capitals, spaces and underscores make no difference)");
    }
}

} // namespace

std::string normalised_column_name(std::string_view name) {
    std::string out;
    Normalised characters(name);
    while (const char32_t code_point = characters.next()) {
        append_utf8(out, code_point);
    }
    return out;
}

bool same_column_name(std::string_view left, std::string_view right) noexcept {
    Normalised left_characters(left);
    Normalised right_characters(right);
    while (true) {
        const char32_t code_point = left_characters.next();
        if (code_point != right_characters.next()) {
            return false;
        }
        if (code_point == 0) {
            return true;
        }
    }
}

const std::vector<std::string_view>& phone_column_names() {
    static const std::vector<std::string_view> names = {
        "phone",      "phone_number", "phonenumber", "mobile",    "msisdn", "telefon",
        "no_telefon", "whatsapp",     "no_hp",       "handphone", "hp",     "tel"};
    return names;
}

std::string quoted_columns(const std::vector<std::string>& columns) {
    constexpr std::size_t most = 30;
    std::string out;
    for (std::size_t i = 0; i < columns.size() && i < most; ++i) {
        out += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", printable(columns[i], 60));
    }
    if (columns.size() > most) {
        out += fmt::format(" and {} more", columns.size() - most);
    }
    return out;
}

std::vector<std::string> usable_columns(std::vector<std::string> names, std::string_view origin) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = without_blanks_around(names[i]);
        if (normalised_column_name(names[i]).empty()) {
            names[i] = fmt::format("column_{}", i + 1);
        }
    }
    refuse_twins(names, origin);
    return names;
}

std::size_t find_phone_column(
    const std::vector<std::string>& columns, std::string_view wanted, std::string_view origin) {
    if (!wanted.empty()) {
        const std::size_t index = index_of(columns, wanted);
        if (index < columns.size()) {
            return index;
        }
        throw UsageError(
            fmt::format("{}: no column \"{}\"", origin, printable(wanted)),
            "give --phone-column one of " + quoted_columns(columns));
    }
    for (const std::string_view name : phone_column_names()) {
        const std::size_t index = index_of(columns, name);
        if (index < columns.size()) {
            return index;
        }
    }
    throw UsageError(
        fmt::format("{}: no phone column", origin),
        "name it with --phone-column; the columns are " + quoted_columns(columns));
}

} // namespace blast
