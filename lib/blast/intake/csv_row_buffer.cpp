#include "blast/intake/csv_row_buffer.hpp"

#include "blast/core/printable.hpp"

#include <algorithm>

namespace blast {

namespace {

struct Content {
    unsigned char bits = 0; ///< all bytes or'ed
    bool nul = false;
    bool line_end = false;
};

/// One pass without branches, which the compiler vectorises: nearly every cell is plain ASCII on one line.
Content content_of(std::string_view cell) {
    Content content;
    for (const char byte : cell) {
        content.bits = static_cast<unsigned char>(content.bits | static_cast<unsigned char>(byte));
        content.nul |= byte == '\0';
        content.line_end |= byte == '\n' || byte == '\r';
    }
    return content;
}

/// LF, CR LF and a lone CR each end a line.
std::uint64_t line_ends(std::string_view cell) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const bool half = cell[i] == '\r' && i + 1 < cell.size() && cell[i + 1] == '\n';
        count += !half && (cell[i] == '\n' || cell[i] == '\r') ? 1U : 0U;
    }
    return count;
}

bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

} // namespace

void CsvRowBuffer::add_cell(std::string_view cell) {
    constexpr unsigned char beyond_ascii = 0x80;
    const Content content = content_of(cell);
    text_ += cell;
    ends_.push_back(text_.size());
    nul_ = nul_ || content.nul;
    if (content.bits >= beyond_ascii) {
        utf8_ = utf8_ && is_utf8(cell);
    }
    if (content.line_end) {
        line_ends_in_cells_ += line_ends(cell);
    }
}

/// A line of nothing but blanks: one cell, whatever the delimiter.
bool CsvRowBuffer::is_blank_line() const {
    const std::size_t cells = ends_.size() - unfinished_cell_;
    if (cells > 1) {
        return false;
    }
    const std::size_t begin = cell_begin(unfinished_cell_);
    return cells == 0 ||
           (text_.size() > begin &&
            std::all_of(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(), is_blank));
}

void CsvRowBuffer::end_row(int terminator) {
    const bool cr_lf =
        ends_.size() == unfinished_cell_ && last_terminator_ == '\r' && terminator == '\n';
    last_terminator_ = terminator;
    if (cr_lf) {
        return;
    }
    if (is_blank_line()) {
        text_.resize(cell_begin(unfinished_cell_));
        ends_.resize(unfinished_cell_);
    } else {
        rows_.push_back({line_, ends_.size(), utf8_, nul_});
    }
    unfinished_cell_ = ends_.size();
    line_ += 1 + line_ends_in_cells_;
    line_ends_in_cells_ = 0;
    utf8_ = true;
    nul_ = false;
}

bool CsvRowBuffer::take(CsvRow& row) {
    if (taken_rows_ == rows_.size()) {
        return false;
    }
    const Row& taken = rows_[taken_rows_++];
    row.line = taken.line;
    row.problem.clear();
    if (taken.nul) {
        row.problem = "NUL bytes in it";
    } else if (!taken.utf8) {
        row.problem = "bytes that are not UTF-8 in it";
    }
    row.cells.resize(taken.cells_end - first_cell_);
    for (std::string& cell : row.cells) {
        const std::size_t begin = cell_begin(first_cell_);
        cell.assign(text_, begin, ends_[first_cell_] - begin);
        ++first_cell_;
    }
    return true;
}

void CsvRowBuffer::forget_taken() {
    const std::size_t bytes = cell_begin(first_cell_);
    text_.erase(0, bytes);
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(first_cell_));
    for (std::size_t& end : ends_) {
        end -= bytes;
    }
    unfinished_cell_ -= first_cell_;
    first_cell_ = 0;
    rows_.clear();
    taken_rows_ = 0;
}

std::size_t CsvRowBuffer::unfinished_size() const noexcept {
    constexpr std::size_t cell_share = 16;
    return text_.size() - cell_begin(unfinished_cell_) +
           cell_share * (ends_.size() - unfinished_cell_);
}

} // namespace blast
