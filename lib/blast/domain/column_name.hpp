#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// The form in which column names are compared: ASCII letters in lower case, each run of spaces, no-break spaces,
/// tabs, line breaks and underscores one underscore, none at either end. "First Name", "first_name" and " FIRST_NAME "
/// are the same column.
std::string normalised_column_name(std::string_view name);

/// Whether both names stand for the same column. Allocates nothing.
bool same_column_name(std::string_view left, std::string_view right) noexcept;

/// The names of phone columns in their order of preference, normalised.
const std::vector<std::string_view>& phone_column_names();

/// The names in quotes, separated by commas, made safe to show; long lists are cut short.
std::string quoted_columns(const std::vector<std::string>& columns);

/// A CSV's header made usable: blank names become "column_N" (N counted from 1), a byte order mark or blanks around a
/// name are dropped. `origin` is "FILE:LINE" of the header, for the error. Throws UsageError when two names stand for the
/// same column.
std::vector<std::string> usable_columns(std::vector<std::string> names, std::string_view origin);

/// The index of the phone column: `wanted` (--phone-column) where it is not empty, else the first name of
/// phone_column_names() that exists. Throws UsageError listing the columns that exist when there is none.
std::size_t find_phone_column(
    const std::vector<std::string>& columns, std::string_view wanted, std::string_view origin);

} // namespace blast
