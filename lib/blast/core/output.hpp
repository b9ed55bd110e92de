#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace blast {

/// Where a tool's data goes. Not thread-safe.
class Output {
public:
    virtual ~Output() = default;
    /// Throws when the text cannot be written.
    virtual void write(std::string_view text) = 0;
    /// What was written is there. To be called once, after the last write.
    virtual void finish() = 0;
};

/// Standard output. A failed write throws std::system_error and leaves stdout's error flag set (ferror(3)).
class StandardOutput final : public Output {
public:
    void write(std::string_view text) override;
    void finish() override;
};

/// A file that appears whole or not at all: written beside its name and renamed over it by finish(), synced first, so
/// that a reader, a crash or a full disk never sees half of it. Without finish() nothing changes. An existing
/// file keeps its permissions; what stands behind a symbolic link is replaced; something that is no regular file
/// (/dev/stdout, a pipe) is written as it is.
class ReplacedFile final : public Output {
public:
    /// Throws UsageError, naming the path, when it is a folder or cannot be written.
    explicit ReplacedFile(const std::string& path);
    ~ReplacedFile() override;
    ReplacedFile(const ReplacedFile&) = delete;
    ReplacedFile& operator=(const ReplacedFile&) = delete;
    ReplacedFile(ReplacedFile&&) = delete;
    ReplacedFile& operator=(ReplacedFile&&) = delete;

    void write(std::string_view text) override;
    void finish() override;

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept;
    };

    void open_temporary();
    [[noreturn]] void fail(int error) const;

    std::string path_;      ///< as it was given, for errors
    std::string target_;    ///< what is replaced
    std::string temporary_; ///< empty when there is nothing to rename or remove
    std::unique_ptr<std::FILE, Close> file_;
};

} // namespace blast
