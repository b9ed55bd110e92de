#pragma once

#include "blast/core/zoned_time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace blast {

/// A sale to a person whom a blast may have written to. Times are epoch seconds.
struct Sale {
    std::uint64_t line = 0; ///< of the file it comes from
    std::string phone;      ///< E.164
    double sent_before = 0; ///< only a message sent until then can have led to it
    double purchased_at = 0;
    std::optional<std::string> amount; ///< digits, and at most two after a point
};

/// An amount of money as a list of sales has it: "1234", "1234.5" or "1234.50". Throws UsageError for all else: whether a comma
/// parts thousands or decimals cannot be known.
std::string parse_amount(std::string_view text);

/// Sets when a sale was made, from a list's words (parse_time); without any it is `now`. A day without a time is over
/// before the sale has to have been preceded by its message. Throws UsageError.
void set_sale_time(Sale& sale, std::string_view text, const TimeZone& zone, WallTime now);

} // namespace blast
