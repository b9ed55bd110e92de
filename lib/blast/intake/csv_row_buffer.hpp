#pragma once

#include "blast/intake/csv_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// The rows of one block of a CSV file between the parser that pushes them and the reader that is asked for them, in two
/// flat buffers that are used again for every block. A row that the block cuts off is finished with the next one.
class CsvRowBuffer {
public:
    void add_cell(std::string_view cell);
    /// `terminator` is the byte that ended the row, or -1 at the end of the file. Rows without cells are blank lines
    /// or the second half of a CR LF: they only count lines.
    void end_row(int terminator);

    /// The next whole row, its problem being what its bytes show; false when the block is used up.
    bool take(CsvRow& row);
    /// Makes room for the next block; what is left of an unfinished row stays.
    void forget_taken();

    /// The physical line, from 1, on which the unfinished row starts.
    std::uint64_t line() const noexcept { return line_; }
    /// What the unfinished row costs to keep: its bytes, and a share for each cell.
    std::size_t unfinished_size() const noexcept;

private:
    struct Row {
        std::uint64_t line;
        std::size_t cells_end;
        bool utf8;
        bool nul;
    };

    std::size_t cell_begin(std::size_t cell) const { return cell == 0 ? 0 : ends_[cell - 1]; }
    bool is_blank_line() const;

    std::string text_;              ///< the cells' bytes, one after the other
    std::vector<std::size_t> ends_; ///< where each cell ends in text_
    std::vector<Row> rows_;         ///< the whole rows
    std::size_t taken_rows_ = 0;
    std::size_t first_cell_ = 0;      ///< the first cell not taken yet
    std::size_t unfinished_cell_ = 0; ///< the first cell of the unfinished row
    std::uint64_t line_ = 1;
    std::uint64_t line_ends_in_cells_ = 0; ///< of the unfinished row
    bool utf8_ = true;
    bool nul_ = false;
    int last_terminator_ = 0;
};

} // namespace blast
