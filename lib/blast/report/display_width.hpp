#pragma once

#include <string>
#include <string_view>

namespace blast {

/// The columns that UTF-8 text takes in a terminal (wcwidth(3); setlocale must have set a UTF-8 LC_CTYPE, else all but ASCII counts as
/// one column each). Control characters count as none: escape them first.
int display_width(std::string_view text);

/// The text cut to `columns`, an ellipsis ("…", or "..." where `unicode` is false) at its end, when it is wider.
std::string fitted(std::string_view text, int columns, bool unicode);

/// The text with blanks put after it, or before it, to fill `columns`; wider text stays.
std::string padded_right(std::string_view text, int columns);
std::string padded_left(std::string_view text, int columns);

/// The text broken at blanks into lines of at most `columns`; every line after the first starts with `indent` blanks. A
/// longer word is not broken.
std::string wrapped(std::string_view text, int columns, int indent);

} // namespace blast
