#include "blast/domain/unicode.hpp"

#include <array>
#include <cstdint>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

namespace blast {

namespace {

constexpr char32_t replacement = 0xFFFD;

} // namespace

char32_t take_code_point(std::string_view& text) noexcept {
    ucs4_t character = 0;
    const int length =
        u8_mbtoucr(&character, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    text.remove_prefix(length < 1 ? 1 : static_cast<std::size_t>(length));
    return length < 1 ? replacement : character;
}

void append_utf8(std::string& out, char32_t code_point) {
    std::array<std::uint8_t, 4> bytes = {};
    int length = u8_uctomb(bytes.data(), code_point, bytes.size());
    if (length < 0) {
        length = u8_uctomb(bytes.data(), replacement, bytes.size());
    }
    out.append(bytes.begin(), bytes.begin() + length);
}

char32_t lower_case(char32_t code_point) noexcept {
    return uc_tolower(code_point);
}

bool is_letter_or_digit(char32_t code_point) noexcept {
    return uc_is_alnum(code_point);
}

bool is_zero_width(char32_t code_point) noexcept {
    return uc_is_property_default_ignorable_code_point(code_point);
}

bool is_blank(std::string_view text) noexcept {
    constexpr std::uint32_t blanks =
        UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp | UC_CATEGORY_MASK_Cc;
    while (!text.empty()) {
        const char32_t character = take_code_point(text);
        if (!uc_is_general_category_withtable(character, blanks) && !is_zero_width(character)) {
            return false;
        }
    }
    return true;
}

} // namespace blast
