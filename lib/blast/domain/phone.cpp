#include "blast/domain/phone.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/number_plan.hpp"
#include "blast/domain/phone_spelling.hpp"

#include <fmt/format.h>

#include <phonenumbers/phonenumberutil.h>
#include <set>

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

void require_region(const std::string& code) {
    std::set<std::string> known;
    library().GetSupportedRegions(&known);
    if (!known.contains(code)) {
        throw UsageError(
            fmt::format("BLAST_REGION \"{}\" is no country", printable(code)),
            "give its two letters from ISO 3166, such as MY");
    }
}

} // namespace

std::string library_form(const std::string& e164) {
    return parse_by_library(e164, "ZZ").e164;
}

class PhoneParser::Rules {
public:
    explicit Rules(std::string_view region)
        : region_(upper_case(region)), plan_(NumberPlan::of_region(region_)) {
        if (!plan_) {
            require_region(region_);
        }
    }

    ParsedPhone parse(std::string_view raw) const {
        const PhoneSpelling spelling = read_phone_spelling(raw);
        if (!spelling.problem.empty()) {
            return {{}, spelling.problem};
        }
        if (plan_) {
            std::string e164 = plan_->e164(spelling.digits, spelling.international);
            if (!e164.empty()) {
                return {std::move(e164), {}};
            }
        }
        if (spelling.international) {
            return parse_by_library('+' + spelling.digits, region_);
        }
        return parse_without_plus(spelling.digits);
    }

private:
    /// As a number of the region; else as an international one that lost its plus, or has 00 in its place.
    ParsedPhone parse_without_plus(const std::string& digits) const {
        ParsedPhone national = parse_by_library(digits, region_);
        if (national.valid()) {
            return national;
        }
        const std::size_t zeros = digits.starts_with("00") ? 2 : 0;
        ParsedPhone international = parse_by_library('+' + digits.substr(zeros), region_);
        return international.valid() ? international : national;
    }

    std::string region_;
    std::unique_ptr<const NumberPlan> plan_;
};

PhoneParser::PhoneParser(std::string_view region) : rules_(std::make_unique<Rules>(region)) {}
PhoneParser::~PhoneParser() = default;
PhoneParser::PhoneParser(PhoneParser&&) noexcept = default;
PhoneParser& PhoneParser::operator=(PhoneParser&&) noexcept = default;

ParsedPhone PhoneParser::parse(std::string_view raw) const {
    return rules_->parse(raw);
}

} // namespace blast
