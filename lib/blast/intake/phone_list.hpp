#pragma once

#include "blast/domain/phone.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace blast {

/// A row of a list of phones.
struct PhoneListRow {
    std::uint64_t line = 0; ///< where the row starts
    std::string phone;      ///< E.164
    std::vector<std::string>
        cells; ///< of the columns asked for, "" for those that the list has not
};

struct PhoneListSettings {
    std::string csv_path;             ///< a file, or "-" for standard input
    std::string phone_column;         ///< empty: the first of phone_column_names()
    bool skip_invalid = false;        ///< leave bad rows out instead of stopping for them
    std::vector<std::string> columns; ///< besides the phone, by name; none of them has to be there
    bool header_optional = false;     ///< a list whose first row holds a phone has no header row
    std::string done;                 ///< what is done with the rows, for the error: "imported"
};

/// Reads a CSV of phones, with other columns, row by row into `take`, which throws UsageError for a row that it cannot
/// use. Returns how many bad rows were left out. Throws UsageError for what CsvReader and find_phone_column refuse and,
/// without skip_invalid, after the last row, listing the bad ones.
std::uint64_t read_phone_list(
    const PhoneListSettings& settings,
    const PhoneParser& parser,
    const std::function<void(const PhoneListRow&)>& take);

} // namespace blast
