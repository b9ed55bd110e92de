#pragma once

#include <string>
#include <string_view>

namespace blast {

/// Text from a database, a gateway, a file or a terminal, made safe to show: control characters (C0, DEL, C1) and
/// bytes that are not UTF-8 become \xHH, line breaks and tabs become \n, \r, \t. At most `limit` bytes are kept, then "...".
std::string printable(std::string_view text, std::size_t limit = 200);

/// A phone for logs and error texts: the first five and the last four characters stay, "+60123456789" becomes
/// "+6012***6789". Shorter texts (under 10 characters) become "***".
std::string mask_phone(std::string_view phone);

/// A text for logs that may quote phones, such as the gateway's words: each run of 8 to 15 digits, with a plus sign or
/// without, is masked as by mask_phone, a number without plus as if it had one.
std::string mask_phones(std::string_view text);

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

/// The length in bytes of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t utf8_sequence_length(std::string_view text) noexcept;

} // namespace blast
