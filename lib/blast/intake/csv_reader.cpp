#include "blast/intake/csv_reader.hpp"

#include "blast/core/error.hpp"
#include "blast/core/kept_exception.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <csv.h>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

/// What the first bytes of a CSV file tell about the rest.
struct CsvDialect {
    /// The one of comma, semicolon and tab that the header has most of, outside quotes.
    char delimiter = ',';
    std::size_t mark_size = 0; ///< the length of the UTF-8 byte order mark: 3 or 0
};

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

bool is_line_end(char byte) {
    return byte == '\n' || byte == '\r';
}

/// The header line with its quoted parts blanked out, without the line ends before it; `whole` says whether its own line
/// end was seen.
struct HeaderLine {
    std::string unquoted;
    bool whole = false;
};

HeaderLine header_line(std::string_view text) {
    if (text.starts_with(utf8_mark)) {
        text.remove_prefix(utf8_mark.size());
    }
    HeaderLine header;
    bool quoted = false;
    for (const char byte : text) {
        if (byte == '"') {
            quoted = !quoted;
        }
        const bool line_end = !quoted && is_line_end(byte);
        if (line_end && !header.unquoted.empty()) {
            header.whole = true;
            break;
        }
        if (!quoted && !line_end) {
            header.unquoted += byte;
        }
    }
    return header;
}

/// Either byte order mark of UTF-16 (UTF-32's little-endian one begins alike), or the NUL that ASCII letters in UTF-16 and
/// UTF-32 always bring.
bool is_wide(std::string_view text) {
    constexpr std::size_t looked_at = 4;
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           text.substr(0, looked_at).find('\0') != std::string_view::npos;
}

/// Whether `text`, the start of a file, holds the whole header, so that csv_dialect can judge.
bool holds_header(std::string_view text) {
    return header_line(text).whole;
}

/// Throws UsageError for UTF-16 and UTF-32, with or without a byte order mark. `name` is the file's, for the error.
CsvDialect csv_dialect(std::string_view text, const std::string& name) {
    if (is_wide(text)) {
        throw UsageError(
            name + ": the text is UTF-16, not UTF-8",
            "save it as \"CSV UTF-8\", or convert it with iconv");
    }
    const std::string header = header_line(text).unquoted;
    CsvDialect dialect;
    dialect.mark_size = text.starts_with(utf8_mark) ? utf8_mark.size() : 0;
    constexpr std::array<char, 3> delimiters = {',', ';', '\t'};
    const auto count = [&header](char delimiter) {
        return std::count(header.begin(), header.end(), delimiter);
    };
    dialect.delimiter =
        *std::max_element(delimiters.begin(), delimiters.end(), [&count](char left, char right) {
            return count(left) < count(right);
        });
    return dialect;
}

[[noreturn]] void refuse(const std::string& name, int error) {
    throw UsageError(
        fmt::format("cannot read \"{}\": {}", name, std::generic_category().message(error)),
        "give the path of a CSV file, or - for standard input");
}

int open_to_read(const std::string& path) {
    return path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/// The bytes of a file or of standard input. Owns the descriptor.
class CsvSource {
public:
    /// `path` is a file, or "-" for standard input. With a `copy` that one is read, and errors still name `path`. Throws
    /// UsageError for a file that is missing, unreadable or a folder.
    explicit CsvSource(const std::string& path, const std::string& copy = {})
        : name_(path == "-" ? "standard input" : printable(path)),
          file_(open_to_read(copy.empty() ? path : copy)) {
        if (file_ < 0) {
            refuse(name_, errno);
        }
        struct stat status = {};
        if (::fstat(file_, &status) == 0 && S_ISDIR(status.st_mode)) {
            if (file_ != STDIN_FILENO) {
                ::close(file_);
            }
            refuse(name_, EISDIR);
        }
    }
    ~CsvSource() {
        if (file_ != STDIN_FILENO) {
            ::close(file_);
        }
    }
    CsvSource(const CsvSource&) = delete;
    CsvSource& operator=(const CsvSource&) = delete;
    CsvSource(CsvSource&&) = delete;
    CsvSource& operator=(CsvSource&&) = delete;

    /// The name for errors, safe to show; "standard input" for "-".
    const std::string& name() const noexcept { return name_; }
    /// Reads up to `size` bytes, fewer only when no more are there yet; 0 at the end. Throws UsageError when reading
    /// fails.
    std::size_t read(char* bytes, std::size_t size) const {
        while (true) {
            const ssize_t count = ::read(file_, bytes, size);
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno != EINTR) {
                refuse(name_, errno);
            }
        }
    }

private:
    std::string name_;
    int file_;
};

[[noreturn]] void refuse_copy(const std::string& name, int error) {
    throw UsageError(
        fmt::format(
            "cannot keep \"{}\" while you are asked: {}", name,
            std::generic_category().message(error)),
        "make room in the folder of temporary files (TMPDIR), or add --yes");
}

/// A new file, readable by its owner only, of which only the descriptor is left.
int open_nameless(const std::string& name) {
    std::string path = std::filesystem::temp_directory_path() / "blast-XXXXXX";
    const int file = mkostemp(path.data(), O_CLOEXEC);
    if (file < 0) {
        refuse_copy(name, errno);
    }
    ::unlink(path.c_str());
    return file;
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

/// The row that libcsv's callbacks are filling.
struct OpenRow {
    CsvRow row;
    bool ended = false;     ///< to be handed out
    std::uint64_t line = 1; ///< on which the row starts
    std::uint64_t lines_in_cells = 0;
    std::size_t size = 0; ///< what it costs to keep: its bytes, and a share for each cell
    int last_terminator = 0;

    void add_cell(std::string_view cell) {
        constexpr std::size_t cell_share = 16;
        row.cells.emplace_back(cell);
        size += cell.size() + cell_share;
        lines_in_cells += line_ends(cell);
    }

    /// `terminator` is the byte that ended the row, or -1 at the end of the file.
    void end(int terminator) {
        const bool cr_lf = row.cells.empty() && last_terminator == '\r' && terminator == '\n';
        last_terminator = terminator;
        if (cr_lf) {
            return;
        }
        row.line = line;
        ended = !is_blank_line();
        line += 1 + lines_in_cells;
        lines_in_cells = 0;
        size = 0;
        if (!ended) {
            row.cells.clear();
        }
    }

    /// A line of nothing but blanks: one cell, whatever the delimiter.
    bool is_blank_line() const {
        return row.cells.empty() || (row.cells.size() == 1 && !row.cells[0].empty() &&
                                     row.cells[0].find_first_not_of(" \t") == std::string::npos);
    }
};

constexpr std::size_t block_size = 64UL * 1024;
constexpr std::size_t longest_row = 1024UL * 1024;
constexpr std::size_t most_columns = 1024;

/// RFC 4180, section 2.4: blanks belong to the cell.
int never_stripped(unsigned char /*byte*/) {
    return 0;
}

/// libcsv's parser.
class Parser {
public:
    /// The cells go into `row`, which must outlive the object.
    explicit Parser(OpenRow& row) : row_(row) {
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
    bool feed(std::string_view text) {
        const bool whole =
            csv_parse(&parser_, text.data(), text.size(), on_cell, on_row_end, this) == text.size();
        kept_.rethrow();
        return whole || !is_syntax_error();
    }
    bool finish() {
        const bool whole = csv_fini(&parser_, on_cell, on_row_end, this) == 0;
        kept_.rethrow();
        return whole || !is_syntax_error();
    }

    std::size_t unfinished_cell_size() const { return parser_.entry_pos; }
    bool within_quotes() const { return parser_.quoted != 0; }

private:
    // libcsv's callbacks.
    static void on_cell(void* bytes, std::size_t size, void* self) {
        auto& parser = *static_cast<Parser*>(self);
        parser.kept_.keep([&] { parser.row_.add_cell({static_cast<const char*>(bytes), size}); });
    }
    static void on_row_end(int terminator, void* self) {
        auto& parser = *static_cast<Parser*>(self);
        parser.kept_.keep([&] { parser.row_.end(terminator); });
    }

    bool is_syntax_error() {
        if (csv_error(&parser_) != CSV_EPARSE) {
            throw std::bad_alloc();
        }
        return true;
    }

    OpenRow& row_;
    KeptException kept_;
    csv_parser parser_ = {};
};

/// What the bytes show that PostgreSQL's text cannot hold.
std::string problem_of(const std::vector<std::string>& cells) {
    const auto holds_nul = [](const std::string& cell) {
        return cell.find('\0') != std::string::npos;
    };
    if (std::any_of(cells.begin(), cells.end(), holds_nul)) {
        return "NUL bytes in it";
    }
    const bool utf8 = std::all_of(
        cells.begin(), cells.end(), [](const std::string& cell) { return is_utf8(cell); });
    return utf8 ? "" : "bytes that are not UTF-8 in it";
}

} // namespace

class CsvReader::Reading {
public:
    Reading(const std::string& path, const std::string& copy)
        : source_(path, copy), block_(block_size) {
        const std::size_t size = read_head();
        const CsvDialect dialect = csv_dialect({block_.data(), size}, name());
        delimiter_ = dialect.delimiter;
        parser_.use_delimiter(delimiter_);
        unread_ = {block_.data() + dialect.mark_size, size - dialect.mark_size};
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

    /// The next row that is not blank, with the problem that its bytes show; false at the end.
    bool take(CsvRow& row) {
        while (!open_.ended) {
            if (fault_) {
                throw UsageError(*fault_);
            }
            if (ended_) {
                return false;
            }
            parse_line();
        }
        open_.ended = false;
        row.line = open_.row.line;
        row.cells.swap(open_.row.cells);
        open_.row.cells.clear();
        row.problem = problem_of(row.cells);
        return true;
    }

    /// Hands libcsv the bytes up to the next line end, so that at most one row ends.
    void parse_line() {
        if (unread_.empty()) {
            unread_ = {block_.data(), source_.read(block_.data(), block_.size())};
        }
        ended_ = unread_.empty();
        const std::size_t line_end = unread_.find_first_of("\r\n");
        const std::string_view line =
            line_end == std::string_view::npos ? unread_ : unread_.substr(0, line_end + 1);
        unread_.remove_prefix(line.size());
        if (!(ended_ ? parser_.finish() : parser_.feed(line))) {
            fault_ = quoting_fault();
        } else if (open_.size + parser_.unfinished_cell_size() > longest_row) {
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
        return {fmt::format("{}:{}: {}", name(), open_.line, wrong), remedy};
    }

    CsvSource source_;
    std::vector<char> block_;
    std::string_view unread_; ///< of the block
    OpenRow open_;
    Parser parser_{open_};
    std::vector<std::string> columns_;
    char delimiter_ = ',';
    bool ended_ = false;
    std::optional<UsageError> fault_; ///< thrown again and again
};

bool can_be_read_again(const std::string& path) {
    struct stat status = {};
    return path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

CsvCopy::CsvCopy(const std::string& path) {
    if (can_be_read_again(path)) {
        return;
    }
    const CsvSource source(path);
    file_ = open_nameless(source.name());
    std::array<char, 65536> block{};
    while (const std::size_t size = source.read(block.data(), block.size())) {
        for (std::size_t written = 0; written < size;) {
            const ssize_t count = ::write(file_, block.data() + written, size - written);
            if (count < 0 && errno != EINTR) {
                const int error = errno;
                ::close(file_);
                refuse_copy(source.name(), error);
            }
            written += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        }
    }
}

CsvCopy::~CsvCopy() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

std::string CsvCopy::path() const {
    return file_ < 0 ? std::string() : fmt::format("/proc/self/fd/{}", file_);
}

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

void BadRows::add(std::uint64_t line, std::string_view reason) {
    if (count_++ < most_listed_) {
        listed_ += fmt::format("\n{}:{}: {}", file_, line, reason);
    }
}

UsageError BadRows::error(std::string_view done, std::uint64_t valid_rows) const {
    const std::string more =
        count_ > most_listed_ ? fmt::format("\nand {} more", count_ - most_listed_) : std::string();
    return {
        fmt::format("{}: {} of {} rows cannot be {}", file_, count_, count_ + valid_rows, done),
        "mend them, or leave them out with --skip-invalid" + listed_ + more};
}

} // namespace blast
