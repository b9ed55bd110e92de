#pragma once

#include <string>
#include <string_view>

namespace blast {

/// Takes the first character off `text` and returns its code point. A byte that is no part of well-formed UTF-8 is taken
/// alone and gives U+FFFD, the replacement character. `text` must not be empty.
char32_t take_code_point(std::string_view& text) noexcept;

/// Appends the character as UTF-8; one that is not a Unicode scalar value as U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

/// Lower case by Unicode's simple mapping, whatever the locale.
char32_t lower_case(char32_t code_point) noexcept;

/// Whether it is a letter or a digit of any script: emoji, punctuation and blanks are not.
bool is_letter_or_digit(char32_t code_point) noexcept;

/// Whether it can stand within a word unseen: zero-width spaces and joiners, the soft hyphen, direction marks, variation
/// selectors and other invisible formatting (Unicode's property Default_Ignorable_Code_Point).
bool is_zero_width(char32_t code_point) noexcept;

/// Whether a reader would see nothing: blanks of any script, control and zero-width characters, direction marks.
bool is_blank(std::string_view text) noexcept;

} // namespace blast
