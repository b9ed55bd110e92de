#include "blast/intake/phone_list.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/intake/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace blast {

namespace {

/// Where the columns stand in the list; its number of columns for those that it has not.
std::vector<std::size_t>
positions(const std::vector<std::string>& wanted, const std::vector<std::string>& columns) {
    std::vector<std::size_t> found;
    for (const std::string& name : wanted) {
        const auto same = [&name](const std::string& column) {
            return same_column_name(column, name);
        };
        const auto column = std::find_if(columns.begin(), columns.end(), same);
        found.push_back(static_cast<std::size_t>(column - columns.begin()));
    }
    return found;
}

std::string phone_of(const std::string& raw, const PhoneParser& parser) {
    ParsedPhone phone = parser.parse(raw);
    if (!phone.valid()) {
        throw UsageError(fmt::format("\"{}\"", printable(raw, 60)), phone.problem);
    }
    return std::move(phone.e164);
}

/// Where a plain list of numbers without a header row has them: what would be its header holds a phone.
std::optional<std::size_t> plain_phone_column(
    const CsvReader& csv, const PhoneListSettings& settings, const PhoneParser& parser) {
    if (!settings.header_optional || !settings.phone_column.empty()) {
        return std::nullopt;
    }
    const std::vector<std::string>& cells = csv.columns();
    const auto phone = std::find_if(cells.begin(), cells.end(), [&](const std::string& cell) {
        return parser.parse(cell).valid();
    });
    return phone == cells.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(phone - cells.begin()));
}

/// Throws UsageError when the row cannot be used.
PhoneListRow list_row(
    const CsvRow& row,
    std::size_t phone_column,
    const std::vector<std::size_t>& columns,
    const PhoneParser& parser) {
    if (!row.problem.empty()) {
        throw UsageError(row.problem, "");
    }
    PhoneListRow taken{row.line, phone_of(row.cells[phone_column], parser), {}};
    for (const std::size_t column : columns) {
        taken.cells.push_back(column < row.cells.size() ? row.cells[column] : std::string());
    }
    return taken;
}

} // namespace

std::uint64_t read_phone_list(
    const PhoneListSettings& settings,
    const PhoneParser& parser,
    const std::function<void(const PhoneListRow&)>& take) {
    CsvReader csv(settings.csv_path);
    const std::optional<std::size_t> plain = plain_phone_column(csv, settings, parser);
    const std::size_t phone_column =
        plain ? *plain : find_phone_column(csv.columns(), settings.phone_column, csv.name());
    const std::vector<std::size_t> columns = positions(settings.columns, csv.columns());
    BadRows bad_rows(csv.name());
    std::uint64_t valid_rows = 0;
    const auto use = [&](const CsvRow& row) {
        try {
            take(list_row(row, phone_column, columns, parser));
            ++valid_rows;
        } catch (const UsageError& error) {
            bad_rows.add(row.line, error.what());
        }
    };
    if (plain) {
        use({1, csv.columns(), {}});
    }
    for (CsvRow row; csv.next(row);) {
        use(row);
    }
    if (bad_rows.count() > 0 && !settings.skip_invalid) {
        throw UsageError(bad_rows.error(settings.done, valid_rows));
    }
    return bad_rows.count();
}

} // namespace blast
