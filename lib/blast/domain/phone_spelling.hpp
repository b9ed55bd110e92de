#pragma once

#include <string>
#include <string_view>

namespace blast {

/// A phone number as a person wrote it, reduced to what counts.
struct PhoneSpelling {
    bool international = false; ///< a plus sign stands before the digits
    std::string digits;         ///< ASCII, in their order
    std::string problem;        ///< empty, or why this is no spelling of a number, for people
};

/// Keeps the digits (of any script) and a plus sign before them; drops blanks, dashes, brackets, dots and slashes, invisible
/// marks, and the apostrophe with which spreadsheets mark text. Anything else is a problem, above all letters (so no
/// extensions and no vanity numbers), control characters, and numbers that a spreadsheet has rewritten: "6.01E+10",
/// "60123456789.0". Never throws for its input; any thread may call.
PhoneSpelling read_phone_spelling(std::string_view raw);

} // namespace blast
