#include "blast/intake/csv_source.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

[[noreturn]] void refuse(const std::string& name, int error) {
    throw UsageError(
        fmt::format("cannot read \"{}\": {}", name, std::generic_category().message(error)),
        "give the path of a CSV file, or - for standard input");
}

int open_to_read(const std::string& path) {
    return path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

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

} // namespace

CsvSource::CsvSource(const std::string& path, const std::string& copy)
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

CsvSource::~CsvSource() {
    if (file_ != STDIN_FILENO) {
        ::close(file_);
    }
}

std::size_t CsvSource::read(char* bytes, std::size_t size) const {
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

} // namespace blast
