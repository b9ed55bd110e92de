#pragma once

#include "blast/core/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// A row of a CSV file.
struct CsvRow {
    std::uint64_t line = 0; ///< the physical line, from 1, on which the row starts
    /// As they stand; their number may differ from the header's when there is a problem.
    std::vector<std::string> cells;
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

/// Whether `path` is a file, which can be read any number of times; standard input and pipes are not.
bool can_be_read_again(const std::string& path);

/// A copy of what can be read only once, such as standard input or a pipe, for those who read twice: a private file
/// without a name, which is gone with the object. Of a file that can be read again none is made.
class CsvCopy {
public:
    /// Reads `path` to its end if it has to be copied. Throws UsageError when it cannot be read or copied.
    explicit CsvCopy(const std::string& path);
    ~CsvCopy();
    CsvCopy(const CsvCopy&) = delete;
    CsvCopy& operator=(const CsvCopy&) = delete;
    CsvCopy(CsvCopy&&) = delete;
    CsvCopy& operator=(CsvCopy&&) = delete;

    /// Where the copy can be opened, any number of times; empty when there is none.
    std::string path() const;

private:
    int file_ = -1;
};

/// The bad rows of a file that an error names, and how many there are.
class BadRows {
public:
    /// `file` as errors show it; of more than `listed` rows only so many are named.
    explicit BadRows(std::string file, std::size_t listed = 20)
        : file_(std::move(file)), most_listed_(listed) {}

    void add(std::uint64_t line, std::string_view reason);
    std::uint64_t count() const noexcept { return count_; }

    /// "FILE: 2 of 9 rows cannot be sent to: ...", the rows on lines of their own; `done` is what cannot be done with them,
    /// "sent to".
    UsageError error(std::string_view done, std::uint64_t valid_rows) const;

private:
    std::string file_;
    std::size_t most_listed_;
    std::string listed_;
    std::uint64_t count_ = 0;
};

} // namespace blast
