#include "blast/intake/rejects_writer.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

constexpr std::size_t buffer_limit = 64UL * 1024;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw UsageError(
        fmt::format("cannot write --rejects \"{}\": {}", printable(path), why),
        "give a file that can be written");
}

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

bool is_same_file(int file, const std::string& csv_path) {
    struct stat ours = {};
    struct stat theirs = {};
    const int known =
        csv_path == "-" ? ::fstat(STDIN_FILENO, &theirs) : ::stat(csv_path.c_str(), &theirs);
    return known == 0 && ::fstat(file, &ours) == 0 && S_ISREG(ours.st_mode) &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/// Emptied only once it is known not to be the CSV.
int open_empty(const std::string& path, const std::string& csv_path) {
    constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, owner_only);
    if (file < 0) {
        refuse(path, reason_of(errno));
    }
    struct stat status = {};
    std::string problem;
    if (is_same_file(file, csv_path)) {
        problem = "it is the CSV itself";
    } else if (
        ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && ::ftruncate(file, 0) != 0) {
        problem = reason_of(errno);
    }
    if (!problem.empty()) {
        ::close(file);
        refuse(path, problem);
    }
    return file;
}

std::size_t reason_column_of(std::vector<std::string>& columns) {
    const auto found = std::find_if(columns.begin(), columns.end(), [](const auto& column) {
        return same_column_name(column, "reason");
    });
    const auto index = static_cast<std::size_t>(found - columns.begin());
    if (found == columns.end()) {
        columns.emplace_back("reason");
    }
    return index;
}

/// As many cells as columns: what a row has too many of goes into its last one, separated by commas.
std::vector<std::string> fitted(std::vector<std::string> cells, std::size_t columns) {
    for (std::size_t i = columns; i < cells.size(); ++i) {
        cells[columns - 1] += ',';
        cells[columns - 1] += cells[i];
    }
    cells.resize(columns);
    return cells;
}

} // namespace

RejectsWriter::RejectsWriter(
    std::string path, const std::string& csv_path, std::vector<std::string> columns)
    : path_(std::move(path)),
      columns_(columns.size()),
      reason_column_(reason_column_of(columns)),
      file_(open_empty(path_, csv_path)) {
    append_csv_row(buffer_, columns);
}

RejectsWriter::~RejectsWriter() {
    try {
        flush();
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): close() is for those who want to know
    }
    ::close(file_);
}

void RejectsWriter::write(const InvalidRow& row) {
    std::vector<std::string> cells = fitted(row.cells, columns_);
    cells.resize(std::max(columns_, reason_column_ + 1));
    cells[reason_column_] = row.reason;
    append_csv_row(buffer_, cells);
    if (buffer_.size() >= buffer_limit) {
        flush();
    }
}

void RejectsWriter::close() {
    flush();
}

void RejectsWriter::flush() {
    std::size_t written = 0;
    while (written < buffer_.size()) {
        const ssize_t count = ::write(file_, buffer_.data() + written, buffer_.size() - written);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            const int error = errno;
            buffer_.clear();
            refuse(path_, reason_of(error));
        }
        written += static_cast<std::size_t>(count);
    }
    buffer_.clear();
}

} // namespace blast
