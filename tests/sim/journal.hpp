#pragma once

#include "blast/core/clock.hpp"

#include "sim/message_book.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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

/// One line of the journal: a message that the gateway accepted.
struct JournalEntry {
    WallTime time{};
    std::uint64_t phone = 0; ///< E.164 without the plus sign
    MessageId id{};
    std::string text;
    std::string device;
    std::string redirect_url; ///< a webhook of this message's own, or empty
};

/// The truth that sends are counted against: a JSON line for each accepted message, written before the gateway answers,
/// {"time":1768716040.123456,"to":"+60123456789","id":"3EB0...","text":"...","device":"5850"}, the time in seconds
/// since the epoch; with "redirect_url" where the message had one.
class Journal {
public:
    /// Opens or creates the file. Throws UsageError when that cannot be.
    explicit Journal(const std::string& path) : file_(path, "--journal") {}

    /// `quoted_text` and the others as JSON strings with their quotes, so that they are escaped once only.
    /// Throws UnavailableError when the line cannot be written.
    void append(const JournalEntry& entry, std::string_view quoted_text);

private:
    AppendFile file_;
};

/// Calls `on_entry` for each line of an earlier run, in order, and returns how many lines were none of ours.
/// A file that does not exist has no lines.
std::size_t
read_journal(const std::string& path, const std::function<void(const JournalEntry&)>& on_entry);

} // namespace blast::sim
