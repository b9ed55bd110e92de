#pragma once

#include <cstddef>
#include <string>

namespace blast {

/// The bytes of a file or of standard input. Owns the descriptor.
class CsvSource {
public:
    /// `path` is a file, or "-" for standard input. Throws UsageError for a file that is missing, unreadable or a folder.
    explicit CsvSource(const std::string& path);
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

} // namespace blast
