#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace blast {

/// What a person's spelling of a phone number turned out to be.
struct ParsedPhone {
    std::string e164;    ///< "+60123456789"; empty unless valid
    std::string problem; ///< empty when valid, else the reason for people: "too short for MY"

    bool valid() const noexcept { return problem.empty(); }
};

/// An E.164 number as libphonenumber writes it: WhatsApp's +5215512345678 is +525512345678. Empty when the library takes it
/// for no number. Any thread may call.
std::string library_form(const std::string& e164);

/// Turns the spellings of phone numbers that people use into E.164, by libphonenumber's rules
/// (https://github.com/google/libphonenumber): a number is valid when its IsValidNumber says so.
///
/// Spellings that need no judgement are recognised by the region's plan (number_plan.hpp) in under a microsecond; the
/// library itself, 11 microseconds a number, is asked for all others, and started with the first of them: 10 ms and 4 MB
/// (measured). Any number of threads may use one object.
class PhoneParser {
public:
    /// `region` is the ISO 3166-1 alpha-2 country, in any case, whose local numbers are understood ("MY"). Throws
    /// UsageError naming BLAST_REGION when the library knows no such region.
    explicit PhoneParser(std::string_view region);
    ~PhoneParser();
    PhoneParser(PhoneParser&&) noexcept;
    PhoneParser& operator=(PhoneParser&&) noexcept;
    PhoneParser(const PhoneParser&) = delete;
    PhoneParser& operator=(const PhoneParser&) = delete;

    /// Accepts local numbers of the region ("012-345 6789"), international ones ("+60 12 345 6789", "0060123456789"),
    /// and international ones without their plus ("60123456789", tried when it is no local number). Digits of other
    /// scripts, full width forms and no-break spaces are understood. Refuses letters and extensions, control
    /// characters, what a spreadsheet made of a number ("6.01E+10"), and all that is not UTF-8. Never throws for its
    /// input.
    ParsedPhone parse(std::string_view raw) const;

private:
    class Rules;
    std::unique_ptr<Rules> rules_;
};

} // namespace blast
