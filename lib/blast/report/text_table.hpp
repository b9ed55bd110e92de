#pragma once

#include "blast/report/text_style.hpp"

#include <memory>
#include <string>
#include <vector>

struct libscols_table;

namespace blast {

/// A column of a table for people.
struct TextColumn {
    std::string name;
    bool right = false; ///< numbers stand at the right
    bool cut = false;   ///< may be cut short where the terminal is too narrow
    int weight = 1;     ///< where several are cut, so many times the room of one with 1
};

/// A table as lsblk prints it (libsmartcols), a page of rows at a time: the heading stands before the first page, and the first page's
/// widths hold for the later ones, whose wider cells are kept whole. On a terminal it is fitted to the width: a cell that is cut
/// ends in an ellipsis. Cells are escaped. setlocale must have set a UTF-8 LC_CTYPE.
class TextTable {
public:
    TextTable(std::vector<TextColumn> columns, const TextStyle& style);

    /// As many cells as there are columns.
    void add_row(const std::vector<std::string>& cells);
    /// The text of the rows since the last call, with the heading the first time. An empty first page is "".
    std::string take_page();

private:
    using Row = std::vector<std::string>;
    struct Release {
        void operator()(libscols_table* table) const noexcept;
    };

    std::vector<int> fitting_widths() const;
    void fit_row(Row& row) const;
    void fit_rows();
    void fill_table();
    void keep_widths();

    std::vector<TextColumn> columns_;
    TextStyle style_;
    std::vector<Row> rows_;
    std::vector<int> widths_; ///< on a terminal, those of the first page
    std::unique_ptr<libscols_table, Release> table_;
    bool first_page_ = true;
};

} // namespace blast
