#pragma once

#include <string>

namespace blast::sim {

/// A file that lines are appended to (O_APPEND), each by one write, so that readers and other writers see whole lines.
class AppendFile {
public:
    /// Creates the file if need be, and ends a line that a crash left torn. `flag` names it in errors.
    /// Throws UsageError when it cannot be opened for appending.
    AppendFile(std::string path, const std::string& flag);
    ~AppendFile();
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    AppendFile(AppendFile&&) = delete;
    AppendFile& operator=(AppendFile&&) = delete;

    /// `line` with its line break. Throws UnavailableError when it cannot be written whole; a next line then starts
    /// on one of its own.
    void append(const std::string& line);

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    int descriptor_;
    bool torn_ = false; ///< the last line could not be written whole
};

} // namespace blast::sim
