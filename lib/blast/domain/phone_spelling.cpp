#include "blast/domain/phone_spelling.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <phonenumbers/phonenumberutil.h>

namespace blast {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view without_blanks_around(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes the digits at the front off `text` and says whether there were any.
bool take_digits(std::string_view& text) {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count > 0;
}

/// "6.01E+10" and "6,01E+10": scientific notation. "60123456789.0": a number with decimals, whose dot would be dropped as
/// punctuation and its zero taken for a digit more.
bool rewritten_by_spreadsheet(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (!take_digits(text) || text.empty()) {
        return false;
    }
    const bool decimals = text[0] == '.' || text[0] == ',';
    if (decimals) {
        text.remove_prefix(1);
        const std::string_view fraction = text.substr(0, text.find_first_of("eE"));
        if (!take_digits(text)) {
            return false;
        }
        if (text.empty()) {
            return fraction.find_first_not_of('0') == std::string_view::npos;
        }
    }
    if (text[0] != 'e' && text[0] != 'E') {
        return false;
    }
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        text.remove_prefix(1);
    }
    return take_digits(text) && text.empty();
}

enum class Mark { dropped, plus, digit, control, foreign };

Mark ascii_mark(char32_t code_point) {
    if (code_point >= U'0' && code_point <= U'9') {
        return Mark::digit;
    }
    if (code_point < U' ' || code_point == 0x7F) {
        return Mark::control;
    }
    switch (code_point) {
    case U' ':
    case U'-':
    case U'(':
    case U')':
    case U'.':
    case U'/':
    case U'[':
    case U']': return Mark::dropped;
    case U'+': return Mark::plus;
    default: return Mark::foreign;
    }
}

struct Range {
    char32_t first;
    char32_t last;
};

/// Blanks, dashes, brackets and invisible marks that come with numbers copied from web pages and address books.
constexpr std::array<Range, 14> punctuation = {{
    {0xA0, 0xA0},     // no-break space
    {0xAD, 0xAD},     // soft hyphen
    {0x2000, 0x200F}, // spaces, zero-width characters, direction marks
    {0x2010, 0x2015}, // hyphens and dashes
    {0x2028, 0x202F}, // separators, embeddings, narrow no-break space
    {0x205F, 0x2060}, // mathematical space, word joiner
    {0x2066, 0x2069}, // direction isolates
    {0x2212, 0x2212}, // minus sign
    {0x3000, 0x3000}, // ideographic space
    {0x30FC, 0x30FC}, // the long vowel mark, typed for a dash
    {0xFEFF, 0xFEFF}, // byte order mark
    {0xFF08, 0xFF09}, // full width brackets
    {0xFF0D, 0xFF0F}, // full width hyphen, full stop and slash
    {0xFF3B, 0xFF3B}, // full width square bracket
}};

bool is_punctuation(char32_t code_point) {
    return std::any_of(punctuation.begin(), punctuation.end(), [code_point](Range range) {
        return code_point >= range.first && code_point <= range.last;
    });
}

/// The ASCII digit for one of another script; empty for what is no digit.
std::string digit_of_any_script(char32_t code_point) {
    std::string text;
    append_utf8(text, code_point);
    i18n::phonenumbers::PhoneNumberUtil::GetInstance()->NormalizeDigitsOnly(&text);
    return text;
}

/// Reads one character; false when it has no place in a phone number.
bool read_mark(char32_t code_point, PhoneSpelling& spelling) {
    constexpr char32_t full_width_plus = 0xFF0B;
    const Mark mark = code_point == full_width_plus ? Mark::plus : ascii_mark(code_point);
    switch (mark) {
    case Mark::dropped: return true;
    case Mark::digit: spelling.digits += static_cast<char>(code_point); return true;
    case Mark::plus:
        if (spelling.international || !spelling.digits.empty()) {
            return false;
        }
        spelling.international = true;
        return true;
    case Mark::control: return false;
    case Mark::foreign: break;
    }
    if (code_point < 0x80) {
        return false;
    }
    if (is_punctuation(code_point)) {
        return true;
    }
    const std::string digit = digit_of_any_script(code_point);
    spelling.digits += digit;
    return !digit.empty();
}

PhoneSpelling problem(std::string text) {
    return {false, {}, std::move(text)};
}

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char byte) {
        return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    });
}

} // namespace

PhoneSpelling read_phone_spelling(std::string_view raw) {
    constexpr std::size_t longest = 250;
    std::string_view text = without_blanks_around(raw);
    if (text.starts_with('\'')) {
        text.remove_prefix(1);
    }
    if (text.empty()) {
        return problem("no phone number");
    }
    if (text.size() > longest) {
        return problem("not a phone number");
    }
    PhoneSpelling spelling;
    std::string_view rest = text;
    while (!rest.empty()) {
        if (read_mark(take_code_point(rest), spelling)) {
            continue;
        }
        if (rewritten_by_spreadsheet(text)) {
            break;
        }
        return problem(
            has_control_character(text) ? "has a control character in it" : "not a phone number");
    }
    if (rewritten_by_spreadsheet(text)) {
        return problem(fmt::format(
            "looks like a number that Excel rewrote ({}): format the column as text",
            printable(text, 40)));
    }
    if (spelling.digits.empty()) {
        return problem("not a phone number");
    }
    return spelling;
}

} // namespace blast
