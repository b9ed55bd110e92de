#include "blast/core/output.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

namespace fs = std::filesystem;

/// What open(2) would give a new file: everybody's rights less the umask.
constexpr mode_t new_file_mode = 0666;
constexpr mode_t permission_bits = 0777;

mode_t permissions_for(const std::string& target) {
    struct stat existing {};
    if (stat(target.c_str(), &existing) == 0) {
        return existing.st_mode & permission_bits;
    }
    const mode_t mask = umask(0);
    umask(mask);
    return new_file_mode & ~mask;
}

} // namespace

void StandardOutput::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        throw std::system_error(errno, std::generic_category(), "standard output");
    }
}

void StandardOutput::finish() {
    if (std::fflush(stdout) != 0) {
        throw std::system_error(errno, std::generic_category(), "standard output");
    }
}

void ReplacedFile::Close::operator()(std::FILE* file) const noexcept {
    // The file's owner is the unique_ptr that calls this; finish() has flushed and synced what counts.
    std::fclose(file); // NOLINT(cppcoreguidelines-owning-memory,cert-err33-c): see above
}

ReplacedFile::ReplacedFile(const std::string& path) : path_(path), target_(path) {
    std::error_code unknown;
    const fs::path resolved = fs::canonical(path, unknown);
    if (!unknown) {
        target_ = resolved.string();
    }
    const fs::file_status status = fs::status(target_, unknown);
    if (fs::is_directory(status)) {
        fail(EISDIR);
    }
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): file_ owns it, which the check does not see
        file_.reset(std::fopen(path.c_str(), "we"));
    } else {
        open_temporary();
    }
    if (!file_) {
        fail(errno);
    }
}

ReplacedFile::~ReplacedFile() {
    if (!temporary_.empty()) {
        unlink(temporary_.c_str());
    }
}

void ReplacedFile::open_temporary() {
    std::string name = target_ + ".XXXXXX";
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) {
        return;
    }
    temporary_ = name;
    fchmod(descriptor, permissions_for(target_));
    file_.reset(fdopen(descriptor, "w"));
    if (!file_) {
        const int error = errno;
        close(descriptor);
        errno = error;
    }
}

void ReplacedFile::fail(int error) const {
    throw UsageError(
        fmt::format(
            "'{}' cannot be written: {}", printable(path_), std::generic_category().message(error)),
        "choose another --output, or none for standard output");
}

void ReplacedFile::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
        fail(errno);
    }
}

void ReplacedFile::finish() {
    if (std::fflush(file_.get()) != 0) {
        fail(errno);
    }
    if (temporary_.empty()) {
        return;
    }
    if (fsync(fileno(file_.get())) != 0 || rename(temporary_.c_str(), target_.c_str()) != 0) {
        fail(errno);
    }
    temporary_.clear();
}

} // namespace blast
