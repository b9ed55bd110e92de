#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace blast {

/// A row of a CSV file.
struct CsvRow {
    std::uint64_t line = 0; ///< the physical line, from 1, on which the row starts
    std::vector<std::string>
        cells; ///< as they stand; their number may differ from the header's when there is a problem
    std::string problem; ///< empty, or why the row cannot be used: ragged, not UTF-8, NUL bytes
};

/// Reads a CSV file or standard input row by row, in constant memory, by libcsv (RFC 4180, strict). The delimiter is
/// the one of comma, semicolon and tab that the header has most of, outside quotes; a byte order mark and CR LF are
/// understood; blank lines are skipped; blanks around cells are kept, as RFC 4180 asks.
///
/// Errors that leave no way to tell where a row ends are thrown as UsageError with "FILE:LINE": a quote that is never
/// closed, a quote in the middle of a cell, a row of more than 1 MiB; so is a file that cannot be read, is a folder, is
/// UTF-16, or has no header. What spoils one row only is told in CsvRow::problem. One thread at a time uses an object.
class CsvReader {
public:
    /// `path` is a file, or "-" for standard input. Reads the header. A `copy` is read in its place (CsvCopy).
    explicit CsvReader(const std::string& path, const std::string& copy = {});
    ~CsvReader();
    CsvReader(CsvReader&&) noexcept;
    CsvReader& operator=(CsvReader&&) noexcept;
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;

    /// The file's name as errors show it; "standard input" for "-".
    const std::string& name() const noexcept;
    /// The header's names, usable and distinct (usable_columns).
    const std::vector<std::string>& columns() const noexcept;
    char delimiter() const noexcept;

    /// The next row; false at the end. `row` keeps its buffers from call to call.
    bool next(CsvRow& row);

private:
    class Reading;
    std::unique_ptr<Reading> reading_;
};

} // namespace blast
