#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// What to do with cells that a spreadsheet would take for a formula.
enum class FormulaCells {
    keep,      ///< leave them as they are: for files that our own tools read again
    neutralise ///< put an apostrophe before them: for files that people open in a spreadsheet
};

/// One row of CSV with its line end, "\n". Cells are separated by commas and quoted only where RFC 4180 asks for it,
/// and where a reader might strip blanks (leading or trailing spaces and tabs). An only cell that is empty is written
/// as "" so that the row is no blank line.
///
/// With FormulaCells::neutralise a cell that begins with = + - @ tab CR or LF gets a leading apostrophe (the list is
/// OWASP's, https://owasp.org/www-community/attacks/CSV_Injection); an E.164 number such as +60123456789 stays.
std::string
csv_row(const std::vector<std::string>& cells, FormulaCells formulas = FormulaCells::keep);

/// The same, appended to `out`, for writers of many rows.
void append_csv_row(
    std::string& out,
    const std::vector<std::string>& cells,
    FormulaCells formulas = FormulaCells::keep);

/// The cell as it was before it was neutralised; as it is where it was not. So what people saw in a spreadsheet goes back
/// into a message unchanged.
std::string_view without_formula_guard(std::string_view cell);

} // namespace blast
