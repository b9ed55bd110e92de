#pragma once

#include <cstddef>
#include <string>

namespace blast {

/// The bytes of a file or of standard input. Owns the descriptor.
class CsvSource {
public:
    /// `path` is a file, or "-" for standard input. With a `copy` that one is read, and errors still name `path`. Throws
    /// UsageError for a file that is missing, unreadable or a folder.
    explicit CsvSource(const std::string& path, const std::string& copy = {});
    ~CsvSource();
    CsvSource(const CsvSource&) = delete;
    CsvSource& operator=(const CsvSource&) = delete;
    CsvSource(CsvSource&&) = delete;
    CsvSource& operator=(CsvSource&&) = delete;

    /// The name for errors, safe to show; "standard input" for "-".
    const std::string& name() const noexcept { return name_; }
    /// Reads up to `size` bytes, fewer only when no more are there yet; 0 at the end. Throws UsageError when reading
    /// fails.
    std::size_t read(char* bytes, std::size_t size) const;

private:
    std::string name_;
    int file_;
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

} // namespace blast
