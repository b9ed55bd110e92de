#pragma once

#include "blast/report/terminal_text.hpp"

#include <string>
#include <vector>

namespace blast {

/// What a column of a table asks for, in columns of the terminal.
struct WidthNeed {
    int least = 0;  ///< it cannot be narrower
    int wanted = 0; ///< its widest cell; not under `least`
    int weight = 1; ///< it gives way when it is so many times as wide as one with 1
};

/// The width of each column so that together they fit into `room`: the widest give way first, down to one width (times
/// their weight) that those share which want more, so that a short column is never cut for a long one's sake. Wider than `room` only where the least widths
/// are.
std::vector<int> fair_widths(const std::vector<WidthNeed>& columns, int room);

/// A column of a table for people.
struct TextColumn {
    std::string name;
    bool right = false; ///< numbers stand at the right
    bool cut = false;   ///< may be cut short where the terminal is too narrow
    int weight = 1;     ///< where several are cut, so many times the room of one with 1
};

/// A table for people, a page of rows at a time: the heading stands before the first page, and the first page's widths hold for
/// the later ones, whose wider cells are kept whole. On a terminal it is fitted to the width: a cell that is cut ends in an
/// ellipsis. Cells are escaped.
class TextTable {
public:
    TextTable(std::vector<TextColumn> columns, const TextStyle& style);

    /// As many cells as there are columns.
    void add_row(const std::vector<std::string>& cells);
    /// The text of the rows since the last call, with the heading the first time. An empty first page is "".
    std::string take_page();

private:
    using Row = std::vector<std::string>;

    std::vector<int> fitting_widths() const;
    std::string line_of(const Row& row) const;

    std::vector<TextColumn> columns_;
    TextStyle style_;
    std::vector<Row> rows_;
    std::vector<int> widths_; ///< the first page's
};

} // namespace blast
