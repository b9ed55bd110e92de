#pragma once

#include "blast/core/clock.hpp"
#include "blast/sim/append_file.hpp"
#include "blast/sim/message_book.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace blast::sim {

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
