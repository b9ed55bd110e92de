#include "blast/intake/csv_source.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
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

} // namespace

CsvSource::CsvSource(const std::string& path)
    : name_(path == "-" ? "standard input" : printable(path)),
      file_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
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

} // namespace blast
