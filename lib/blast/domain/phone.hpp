#pragma once

#include <set>
#include <string>
#include <string_view>

namespace blast {

/// What a person's spelling of a phone number turned out to be.
struct ParsedPhone {
    std::string e164;    ///< "+60123456789"; empty unless valid
    std::string problem; ///< empty when valid, else the reason for people: "too short for MY"

    bool valid() const noexcept { return problem.empty(); }
};

/// Every E.164 number that may stand for the person whom WhatsApp knows by `e164`, itself included. WhatsApp keeps digits
/// that a numbering plan has dropped, and lacks those that it has added: the 1 after Mexico's +52, the 9 before a Brazilian
/// mobile number, the 9 after Argentina's +54. What plans say of them depends on libphonenumber's version, so they are
/// written out here. A landline's number never becomes a mobile's. Any thread may call.
std::set<std::string> spellings_of(const std::string& e164);

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

/// Turns the spellings of phone numbers that people use into E.164, by libphonenumber's rules
/// (https://github.com/google/libphonenumber): a number is valid when its IsValidNumber says so. A number takes 11
/// microseconds; the first parser of a process takes 30 ms and 17 MB, for the library's metadata (measured). Any number of
/// threads may use one object.
class PhoneParser {
public:
    /// `region` is the ISO 3166-1 alpha-2 country, in any case, whose local numbers are understood ("MY"). Throws
    /// UsageError naming BLAST_REGION when the library knows no such region.
    explicit PhoneParser(std::string_view region);

    /// Accepts local numbers of the region ("012-345 6789"), international ones ("+60 12 345 6789", "0060123456789"),
    /// and international ones without their plus ("60123456789", tried when it is no local number). Digits of other
    /// scripts, full width forms and no-break spaces are understood. Refuses letters and extensions, control
    /// characters, what a spreadsheet made of a number ("6.01E+10"), and all that is not UTF-8. Never throws for its
    /// input.
    ParsedPhone parse(std::string_view raw) const;

private:
    /// As a number of the region; else as an international one that lost its plus, or has 00 in its place.
    ParsedPhone parse_without_plus(const std::string& digits) const;

    std::string region_; ///< in upper case
};

} // namespace blast
