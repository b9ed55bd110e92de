#include "blast/sim/append_file.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast::sim {

namespace {

std::string last_error() {
    return std::generic_category().message(errno);
}

/// Regular files only: a pipe has no end to look at.
bool ends_within_a_line(int descriptor) {
    struct stat status {};
    char last = '\n';
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
        return false;
    }
    return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

} // namespace

AppendFile::AppendFile(std::string path, const std::string& flag)
    : path_(std::move(path)),
      descriptor_(open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) {
        throw UsageError(
            fmt::format("{}: cannot append to '{}': {}", flag, printable(path_), last_error()),
            "give a file in a folder that you may write to");
    }
    torn_ = ends_within_a_line(descriptor_);
}

AppendFile::~AppendFile() {
    close(descriptor_);
}

void AppendFile::append(const std::string& line) {
    const std::string& whole = torn_ ? "\n" + line : line;
    const ssize_t written = write(descriptor_, whole.data(), whole.size());
    const bool failed = written != static_cast<ssize_t>(whole.size());
    torn_ = failed && (torn_ || written > 0);
    if (failed) {
        throw UnavailableError(
            fmt::format(
                "cannot append to '{}': {}", printable(path_),
                written < 0 ? last_error() : "the disk is full"),
            "make room");
    }
}

} // namespace blast::sim
