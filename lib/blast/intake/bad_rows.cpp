#include "blast/intake/bad_rows.hpp"

#include <fmt/format.h>

namespace blast {

void BadRows::add(std::uint64_t line, std::string_view reason) {
    if (count_++ < most_listed_) {
        listed_ += fmt::format("\n{}:{}: {}", file_, line, reason);
    }
}

UsageError BadRows::error(std::string_view done, std::uint64_t valid_rows) const {
    const std::string more =
        count_ > most_listed_ ? fmt::format("\nand {} more", count_ - most_listed_) : std::string();
    return {
        fmt::format("{}: {} of {} rows cannot be {}", file_, count_, count_ + valid_rows, done),
        "mend them, or leave them out with --skip-invalid" + listed_ + more};
}

} // namespace blast
