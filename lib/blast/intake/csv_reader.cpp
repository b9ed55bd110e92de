#include "blast/intake/csv_reader.hpp"

#include "blast/core/error.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/intake/csv_dialect.hpp"
#include "blast/intake/csv_row_buffer.hpp"
#include "blast/intake/csv_source.hpp"

#include <fmt/format.h>

#include <csv.h>
#include <new>
#include <optional>

namespace blast {

namespace {

constexpr std::size_t block_size = 64UL * 1024;
constexpr std::size_t longest_row = 1024UL * 1024;
constexpr std::size_t most_columns = 1024;

// libcsv's callbacks. They pass through C code, so that a failed allocation in them ends the process.
void on_cell(void* bytes, std::size_t size, void* rows) noexcept {
    static_cast<CsvRowBuffer*>(rows)->add_cell({static_cast<const char*>(bytes), size});
}

void on_row_end(int terminator, void* rows) noexcept {
    static_cast<CsvRowBuffer*>(rows)->end_row(terminator);
}

/// RFC 4180, section 2.4: blanks belong to the cell.
int never_stripped(unsigned char /*byte*/) {
    return 0;
}

/// libcsv's parser, fed block by block.
class Parser {
public:
    Parser() {
        constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
        if (csv_init(&parser_, options) != 0) {
            throw std::bad_alloc();
        }
        csv_set_space_func(&parser_, never_stripped);
        constexpr std::size_t growth = 4096;
        csv_set_blk_size(&parser_, growth);
    }
    ~Parser() { csv_free(&parser_); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    Parser(Parser&&) = delete;
    Parser& operator=(Parser&&) = delete;

    void use_delimiter(char delimiter) {
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    }

    /// Both: false for text that strict CSV does not allow.
    bool feed(std::string_view block, CsvRowBuffer& rows) {
        const bool whole =
            csv_parse(&parser_, block.data(), block.size(), on_cell, on_row_end, &rows) ==
            block.size();
        return whole || !is_syntax_error();
    }
    bool finish(CsvRowBuffer& rows) {
        return csv_fini(&parser_, on_cell, on_row_end, &rows) == 0 || !is_syntax_error();
    }

    std::size_t unfinished_cell_size() const { return parser_.entry_pos; }
    bool within_quotes() const { return parser_.quoted != 0; }

private:
    bool is_syntax_error() {
        if (csv_error(&parser_) != CSV_EPARSE) {
            throw std::bad_alloc();
        }
        return true;
    }

    csv_parser parser_ = {};
};

} // namespace

class CsvReader::Reading {
public:
    Reading(const std::string& path, const std::string& copy)
        : source_(path, copy), block_(block_size) {
        const std::size_t size = read_head();
        const CsvDialect dialect = csv_dialect({block_.data(), size}, name());
        delimiter_ = dialect.delimiter;
        parser_.use_delimiter(delimiter_);
        parse({block_.data() + dialect.mark_size, size - dialect.mark_size});
        read_header();
    }

    const std::string& name() const noexcept { return source_.name(); }
    const std::vector<std::string>& columns() const noexcept { return columns_; }
    char delimiter() const noexcept { return delimiter_; }

    bool next(CsvRow& row) {
        if (!take(row)) {
            return false;
        }
        if (row.cells.size() != columns_.size()) {
            row.problem = fmt::format(
                "{} {} where the header has {}", row.cells.size(),
                row.cells.size() == 1 ? "cell" : "cells", columns_.size());
        }
        return true;
    }

private:
    /// As many bytes as it takes to know the delimiter: a pipe may hand over the header in pieces.
    std::size_t read_head() {
        std::size_t size = 0;
        while (size < block_.size() && !holds_header({block_.data(), size})) {
            const std::size_t count = source_.read(block_.data() + size, block_.size() - size);
            if (count == 0) {
                break;
            }
            size += count;
        }
        return size;
    }

    void read_header() {
        CsvRow header;
        if (!take(header)) {
            throw UsageError(
                name() + ": no header row", "name the columns in the first row, one of them phone");
        }
        const std::string origin = fmt::format("{}:{}", name(), header.line);
        if (!header.problem.empty()) {
            throw UsageError(
                fmt::format("{}: the header has {}", origin, header.problem),
                "save the file as \"CSV UTF-8\"");
        }
        if (header.cells.size() > most_columns) {
            throw UsageError(
                fmt::format("{}: {} columns", origin, header.cells.size()),
                fmt::format("use at most {}", most_columns));
        }
        columns_ = usable_columns(std::move(header.cells), origin);
    }

    /// What was whole before a fault in the text is handed out first.
    bool take(CsvRow& row) {
        while (!rows_.take(row)) {
            if (fault_) {
                throw UsageError(*fault_);
            }
            if (ended_) {
                return false;
            }
            rows_.forget_taken();
            parse({block_.data(), source_.read(block_.data(), block_.size())});
        }
        return true;
    }

    /// An empty block is the end of the file.
    void parse(std::string_view block) {
        const bool well_formed = block.empty() ? parser_.finish(rows_) : parser_.feed(block, rows_);
        ended_ = block.empty();
        if (!well_formed) {
            fault_ = quoting_fault();
        } else if (rows_.unfinished_size() + parser_.unfinished_cell_size() > longest_row) {
            fault_ = fault(
                fmt::format("the row that starts here is longer than {} bytes", longest_row),
                "look for a quote that is never closed");
        }
    }

    UsageError quoting_fault() const {
        if (ended_) {
            return fault(
                "a quote in the row that starts here is never closed",
                "close it, or double a quote that belongs to the text");
        }
        if (parser_.within_quotes()) {
            return fault(
                "text follows a closing quote in the row that starts here",
                "double a quote that belongs to the text");
        }
        return fault(
            "a quote stands in the middle of a cell in the row that starts here",
            "put the whole cell in quotes, and double those that belong to the text");
    }

    UsageError fault(const std::string& wrong, const std::string& remedy) const {
        return {fmt::format("{}:{}: {}", name(), rows_.line(), wrong), remedy};
    }

    CsvSource source_;
    std::vector<char> block_;
    Parser parser_;
    CsvRowBuffer rows_;
    std::vector<std::string> columns_;
    char delimiter_ = ',';
    bool ended_ = false;
    std::optional<UsageError> fault_;
};

CsvReader::CsvReader(const std::string& path, const std::string& copy)
    : reading_(std::make_unique<Reading>(path, copy)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

const std::string& CsvReader::name() const noexcept {
    return reading_->name();
}

const std::vector<std::string>& CsvReader::columns() const noexcept {
    return reading_->columns();
}

char CsvReader::delimiter() const noexcept {
    return reading_->delimiter();
}

bool CsvReader::next(CsvRow& row) {
    return reading_->next(row);
}

} // namespace blast
