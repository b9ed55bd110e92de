#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace blast {

/// The numbering plan of one region, read from the metadata inside libphonenumber, for the spellings that need none of
/// the library's cleverness. It says yes some thirty times faster than the library and without the megabytes of its
/// start; it never says no: what it does not recognise is the library's to judge.
///
/// Why a yes is always the library's own answer: a plan exists only for a region that has its calling code to itself, whose
/// trunk prefix is plain digits without a rewriting rule. For such a region PhoneNumberUtil::Parse strips exactly the
/// calling code or the prefix from the spellings that e164 takes, and IsValidNumber then matches the rest against the
/// same patterns and lengths as are matched here. tests/unit/number_plan_test.cpp holds the two against each other.
///
/// Any number of threads may use an object.
class NumberPlan {
public:
    /// Null where the region's plan is not that simple (or the library does not show its metadata).
    static std::unique_ptr<const NumberPlan> of_region(std::string_view region);

    ~NumberPlan();
    NumberPlan(const NumberPlan&) = delete;
    NumberPlan& operator=(const NumberPlan&) = delete;
    NumberPlan(NumberPlan&&) = delete;
    NumberPlan& operator=(NumberPlan&&) = delete;

    /// The number in E.164; empty when this is not certain. `digits` are ASCII digits; `international` says that a plus
    /// sign stood before them.
    std::string e164(std::string_view digits, bool international) const;

private:
    struct Rules;
    explicit NumberPlan(std::unique_ptr<const Rules> rules);

    std::string_view national_part(std::string_view digits) const;

    std::unique_ptr<const Rules> rules_;
};

} // namespace blast
