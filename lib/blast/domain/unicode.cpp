#include "blast/domain/unicode.hpp"

#include "blast/core/printable.hpp"

#include <cstddef>
#include <cwctype>
#include <locale.h> // NOLINT(modernize-deprecated-headers): newlocale is POSIX, not in <clocale>
#include <wctype.h> // NOLINT(modernize-deprecated-headers): the _l functions are POSIX, not in <cwctype>

namespace blast {

namespace {

constexpr char32_t replacement = 0xFFFD;

/// Made once and never freed: it serves until the process ends. Null where the C library lacks it.
locale_t utf8_locale() noexcept {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

unsigned byte_at(std::string_view text, std::size_t index) noexcept {
    return static_cast<unsigned char>(text[index]);
}

/// `length` is the sequence's length, 1 to 4; RFC 3629, section 3.
char32_t decoded(std::string_view text, std::size_t length) noexcept {
    const unsigned lead = byte_at(text, 0);
    if (length == 1) {
        return lead;
    }
    char32_t code_point = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        code_point = (code_point << 6U) | (byte_at(text, i) & 0x3FU);
    }
    return code_point;
}

bool is_invisible(char32_t code_point) noexcept {
    const auto within = [code_point](char32_t first, char32_t last) {
        return code_point >= first && code_point <= last;
    };
    return code_point <= U' ' || within(0x7F, 0xA0) || code_point == 0xAD ||
           within(0x2000, 0x200F) || within(0x2028, 0x202F) || within(0x205F, 0x206F) ||
           code_point == 0x3000 || code_point == 0xFEFF;
}

char tail_byte(char32_t code_point, unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
}

} // namespace

char32_t take_code_point(std::string_view& text) noexcept {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
        text.remove_prefix(1);
        return replacement;
    }
    const char32_t code_point = decoded(text, length);
    text.remove_prefix(length);
    return code_point;
}

void append_utf8(std::string& out, char32_t code_point) {
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (surrogate || code_point > 0x10FFFF) {
        code_point = replacement;
    }
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
        return;
    }
    if (code_point < 0x800) {
        out += static_cast<char>(0xC0U | (code_point >> 6U));
    } else {
        if (code_point < 0x10000) {
            out += static_cast<char>(0xE0U | (code_point >> 12U));
        } else {
            out += static_cast<char>(0xF0U | (code_point >> 18U));
            out += tail_byte(code_point, 12);
        }
        out += tail_byte(code_point, 6);
    }
    out += tail_byte(code_point, 0);
}

char32_t lower_case(char32_t code_point) noexcept {
    if (code_point < 0x80) {
        return code_point >= U'A' && code_point <= U'Z' ? code_point + (U'a' - U'A') : code_point;
    }
    const locale_t locale = utf8_locale();
    if (locale == nullptr) {
        return code_point;
    }
    return static_cast<char32_t>(towlower_l(static_cast<wint_t>(code_point), locale));
}

bool is_letter_or_digit(char32_t code_point) noexcept {
    if (code_point < 0x80) {
        const char32_t lower = lower_case(code_point);
        return (code_point >= U'0' && code_point <= U'9') || (lower >= U'a' && lower <= U'z');
    }
    const locale_t locale = utf8_locale();
    return locale != nullptr && iswalnum_l(static_cast<wint_t>(code_point), locale) != 0;
}

bool is_zero_width(char32_t code_point) noexcept {
    const auto within = [code_point](char32_t first, char32_t last) {
        return code_point >= first && code_point <= last;
    };
    return code_point == 0xAD || within(0x200B, 0x200F) || within(0x202A, 0x202E) ||
           within(0x2060, 0x206F) || code_point == 0xFEFF;
}

bool is_blank(std::string_view text) noexcept {
    while (!text.empty()) {
        if (!is_invisible(take_code_point(text))) {
            return false;
        }
    }
    return true;
}

} // namespace blast
