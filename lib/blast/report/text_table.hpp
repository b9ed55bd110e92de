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
};

/// A table as lsblk prints it (libsmartcols), a page of rows at a time: the heading stands before the first page, and the first page's
/// widths hold for the later ones, whose wider cells are kept whole. On a terminal it is fitted to the width. Cells are
/// escaped. setlocale must have set a UTF-8 LC_CTYPE.
class TextTable {
public:
    TextTable(std::vector<TextColumn> columns, const TextStyle& style);

    /// As many cells as there are columns.
    void add_row(const std::vector<std::string>& cells);
    /// The text of the rows since the last call, with the heading the first time. An empty first page is "".
    std::string take_page();

private:
    struct Release {
        void operator()(libscols_table* table) const noexcept;
    };

    void keep_widths();

    std::vector<TextColumn> columns_;
    std::unique_ptr<libscols_table, Release> table_;
    bool first_page_ = true;
};

} // namespace blast
