#include "blast/domain/phone.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <phonenumbers/phonenumberutil.h>
#include <regex>
#include <unictype.h>

namespace blast {

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

const PhoneNumberUtil& library() {
    return *PhoneNumberUtil::GetInstance();
}

/// "MY" for +60; "+800" for numbers that belong to no country.
std::string plan_name(const PhoneNumber& number) {
    std::string region;
    library().GetRegionCodeForCountryCode(number.country_code(), &region);
    const bool no_country = region == "001";
    return no_country ? fmt::format("+{}", number.country_code()) : region;
}

std::string parse_problem(PhoneNumberUtil::ErrorType error) {
    switch (error) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return "no country has this calling code";
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return "too short";
    case PhoneNumberUtil::TOO_LONG_NSN: return "too long";
    default: return "not a phone number";
    }
}

std::string validity_problem(const PhoneNumber& number) {
    const std::string plan = plan_name(number);
    switch (library().IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::TOO_SHORT: return "too short for " + plan;
    case PhoneNumberUtil::TOO_LONG: return "too long for " + plan;
    case PhoneNumberUtil::INVALID_LENGTH: return "has the wrong number of digits for " + plan;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY: return "lacks its area code";
    case PhoneNumberUtil::INVALID_COUNTRY_CODE: return "no country has this calling code";
    case PhoneNumberUtil::IS_POSSIBLE: break;
    }
    return fmt::format("not a number of {}'s numbering plan", plan);
}

ParsedPhone parse_by_library(const std::string& text, const std::string& region) {
    PhoneNumber number;
    const PhoneNumberUtil::ErrorType error = library().Parse(text, region, &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) {
        return {{}, parse_problem(error)};
    }
    if (!library().IsValidNumber(number)) {
        return {{}, validity_problem(number)};
    }
    ParsedPhone phone;
    library().Format(number, PhoneNumberUtil::E164, &phone.e164);
    return phone;
}

std::string upper_case(std::string_view region) {
    std::string code;
    for (const char letter : region) {
        code += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - ('a' - 'A')) : letter;
    }
    return code;
}

std::string_view without_blanks_around(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// "6.01E+10" and "6,01E+10": scientific notation. "60123456789.0": a number with decimals, whose dot would be dropped as
/// punctuation and its zero taken for a digit more.
bool rewritten_by_spreadsheet(std::string_view text) {
    static const std::regex rewritten(R"(\+?\d+([.,]0+|([.,]\d+)?[eE][+-]?\d+))");
    return std::regex_match(text.begin(), text.end(), rewritten);
}

/// What stands between the digits of a number, such as blanks, dashes and brackets of any script, and the invisible marks that
/// come with numbers copied from web pages and address books.
bool is_punctuation(char32_t code_point) {
    if (code_point < 0x80) {
        return std::string_view(" -().[]/").find(static_cast<char>(code_point)) !=
               std::string_view::npos;
    }
    constexpr std::u32string_view others = U"\u2212\u30FC\uFF0E\uFF0F"; // minus, ー, ．, ／
    const bool line_separator = code_point == 0x2028 || code_point == 0x2029;
    return uc_is_general_category_withtable(
               code_point, UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Pd |
                               UC_CATEGORY_MASK_Ps | UC_CATEGORY_MASK_Pe) ||
           line_separator || others.find(code_point) != std::u32string_view::npos;
}

bool is_control(char32_t code_point) {
    return code_point < 0x20 || code_point == 0x7F;
}

PhoneSpelling read_characters(std::string_view text) {
    constexpr char32_t full_width_plus = 0xFF0B;
    PhoneSpelling spelling;
    bool foreign = false;
    while (!text.empty()) {
        const char32_t character = take_code_point(text);
        const int digit = uc_decimal_value(character);
        if (is_control(character)) {
            return {false, {}, "has a control character in it"};
        }
        if (digit >= 0) {
            spelling.digits += static_cast<char>('0' + digit);
        } else if (character == U'+' || character == full_width_plus) {
            foreign = foreign || spelling.international || !spelling.digits.empty();
            spelling.international = true;
        } else {
            foreign = foreign || !is_punctuation(character);
        }
    }
    if (foreign) {
        spelling.problem = "not a phone number";
    }
    return spelling;
}

/// A mobile number has two digits for the area, a 9 since 2016, and eight digits of which the first is 6 to 9.
void add_brazilian(std::string_view digits, std::set<std::string>& spellings) {
    constexpr std::size_t area_ends = 4;
    constexpr std::size_t old_length = 12;
    const std::string area(digits.substr(0, std::min(area_ends, digits.size())));
    const auto is_mobile = [](char first) { return first >= '6' && first <= '9'; };
    if (digits.size() == old_length && is_mobile(digits[area_ends])) {
        spellings.insert("+" + area + '9' + std::string(digits.substr(area_ends)));
    } else if (
        digits.size() == old_length + 1 && digits[area_ends] == '9' &&
        is_mobile(digits[area_ends + 1])) {
        spellings.insert("+" + area + std::string(digits.substr(area_ends + 1)));
    }
}

} // namespace

std::set<std::string> spellings_of(const std::string& e164) {
    std::set<std::string> spellings{e164};
    const std::string_view digits =
        std::string_view(e164).substr(std::min<std::size_t>(1, e164.size()));
    const auto add = [&](std::string_view country, std::string_view rest) {
        spellings.insert("+" + std::string(country) + std::string(rest));
    };
    constexpr std::size_t subscriber = 10; // digits of a number in Mexico and in Argentina
    if (digits.starts_with("521") && digits.size() == 3 + subscriber) {
        add("52", digits.substr(3));
    } else if (digits.starts_with("52") && digits.size() == 2 + subscriber) {
        add("521", digits.substr(2));
    } else if (digits.starts_with("549") && digits.size() == 3 + subscriber) {
        add("54", digits.substr(3));
    } else if (digits.starts_with("55")) {
        add_brazilian(digits, spellings);
    }
    return spellings;
}

PhoneSpelling read_phone_spelling(std::string_view raw) {
    constexpr std::size_t longest = 250;
    std::string_view text = without_blanks_around(raw);
    if (text.starts_with('\'')) {
        text.remove_prefix(1);
    }
    if (text.empty()) {
        return {false, {}, "no phone number"};
    }
    if (text.size() > longest) {
        return {false, {}, "not a phone number"};
    }
    if (rewritten_by_spreadsheet(text)) {
        return {
            false,
            {},
            fmt::format(
                "looks like a number that Excel rewrote ({}): format the column as text",
                printable(text, 40))};
    }
    PhoneSpelling spelling = read_characters(text);
    if (spelling.problem.empty() && spelling.digits.empty()) {
        spelling.problem = "not a phone number";
    }
    return spelling;
}

PhoneParser::PhoneParser(std::string_view region) : region_(upper_case(region)) {
    if (library().GetCountryCodeForRegion(region_) == 0) {
        throw UsageError(
            fmt::format("BLAST_REGION \"{}\" is no country", printable(region_)),
            "give its two letters from ISO 3166, such as MY");
    }
}

ParsedPhone PhoneParser::parse(std::string_view raw) const {
    const PhoneSpelling spelling = read_phone_spelling(raw);
    if (!spelling.problem.empty()) {
        return {{}, spelling.problem};
    }
    return spelling.international ? parse_by_library('+' + spelling.digits, region_)
                                  : parse_without_plus(spelling.digits);
}

ParsedPhone PhoneParser::parse_without_plus(const std::string& digits) const {
    ParsedPhone national = parse_by_library(digits, region_);
    if (national.valid()) {
        return national;
    }
    const std::size_t zeros = digits.starts_with("00") ? 2 : 0;
    ParsedPhone international = parse_by_library('+' + digits.substr(zeros), region_);
    return international.valid() ? international : national;
}

} // namespace blast
