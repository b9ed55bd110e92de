#pragma once

#include "blast/core/random.hpp"

#include "sim/journal.hpp"
#include "sim/message_book.hpp"
#include "sim/settings.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace blast::sim {

/// A send request that is in order.
struct Submission {
    std::string_view device;
    std::uint64_t phone = 0; ///< E.164 without the plus sign
    std::string_view text;
    std::string_view quoted_text; ///< as a JSON string
    std::string_view redirect_url;
};

/// What the gateway has accepted, and what becomes of it. Not thread-safe.
class AcceptedMessages {
public:
    using Index = MessageBook::Index;

    /// Takes over what the journal of an earlier run holds, then appends to it. Throws UsageError when the journal
    /// cannot be opened.
    AcceptedMessages(const Settings& settings, const Clock& clock);

    /// Gives the message an id, and writes it to the journal. Throws UnavailableError, and accepts nothing, when that
    /// cannot be written.
    Index accept(const Submission& submission);

    std::size_t size() const noexcept { return book_.size(); }
    /// How many of them an earlier run had accepted, and how many lines of its journal were not understood.
    std::size_t restored() const noexcept { return restored_; }
    std::size_t foreign_lines() const noexcept { return foreign_lines_; }

    const Message& at(Index index) const { return book_.at(index); }
    const std::string& device_of(Index index) const { return book_.device_name(at(index).device); }
    const Index* find(std::string_view id) const { return book_.find(id); }
    Fate fate(Index index) const { return fate_of(fate_, index, at(index).reach); }
    /// The message's own webhook, or null.
    const std::string* redirect_url(Index index) const;

private:
    MessageId fresh_id();
    void keep(const JournalEntry& entry);

    const Clock& clock_;
    FateSettings fate_;
    double duplicate_id_;
    Draws draws_;
    StageDealer dealer_;
    Random random_ = Random::from_system();
    MessageBook book_;
    std::unordered_map<Index, std::string> redirect_urls_;
    std::unique_ptr<Journal> journal_;
    std::size_t restored_ = 0;
    std::size_t foreign_lines_ = 0;
};

} // namespace blast::sim
