#include "sim/accepted_messages.hpp"

#include <fmt/format.h>

namespace blast::sim {

AcceptedMessages::AcceptedMessages(const Settings& settings, const Clock& clock)
    : clock_(clock),
      fate_(settings.fate),
      duplicate_id_(settings.duplicate_id),
      draws_(settings.fate.seed),
      dealer_(settings.shares, settings.fate.seed) {
    if (settings.journal.empty()) {
        return;
    }
    foreign_lines_ =
        read_journal(settings.journal, [this](const JournalEntry& entry) { keep(entry); });
    restored_ = book_.size();
    journal_ = std::make_unique<Journal>(settings.journal);
}

AcceptedMessages::Index AcceptedMessages::accept(const Submission& submission) {
    JournalEntry entry;
    entry.time = clock_.wall();
    entry.phone = submission.phone;
    entry.id = fresh_id();
    entry.text = submission.text;
    entry.device = submission.device;
    entry.redirect_url = submission.redirect_url;
    if (journal_) {
        journal_->append(entry, submission.quoted_text);
    }
    keep(entry);
    return static_cast<Index>(book_.size() - 1);
}

const std::string* AcceptedMessages::redirect_url(Index index) const {
    const auto found = redirect_urls_.find(index);
    return found == redirect_urls_.end() ? nullptr : &found->second;
}

/// From the kernel's randomness and never from the seed: two runs with one seed must not share ids.
MessageId AcceptedMessages::fresh_id() {
    const bool duplicate =
        book_.size() > 0 && draws_.uniform(book_.size(), Purpose::duplicate_id) < duplicate_id_;
    if (duplicate) {
        return book_.at(static_cast<Index>(book_.size() - 1)).id;
    }
    MessageId id{};
    do {
        constexpr std::uint64_t nine_digits = std::uint64_t{1} << 36U;
        fmt::format_to(
            id.data(), "3EB0{:09X}{:09X}", random_.below(nine_digits), random_.below(nine_digits));
    } while (book_.find(text_of(id)) != nullptr);
    return id;
}

void AcceptedMessages::keep(const JournalEntry& entry) {
    const Message message{entry.id, dealer_.next(), 0, entry.phone, entry.time, entry.text};
    const Index index = book_.add(message, entry.device);
    if (!entry.redirect_url.empty()) {
        redirect_urls_.emplace(index, entry.redirect_url);
    }
}

} // namespace blast::sim
