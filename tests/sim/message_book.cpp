#include "sim/message_book.hpp"

#include <algorithm>

namespace blast::sim {

namespace {

constexpr std::size_t page_size = std::size_t{1} << 20U;

} // namespace

MessageBook::Index MessageBook::add(Message message, std::string_view device) {
    message.device = device_number(device);
    message.text = keep(message.text);
    const auto index = static_cast<Index>(messages_.size());
    messages_.push_back(message);
    by_id_.emplace(message.id, index);
    return index;
}

const MessageBook::Index* MessageBook::find(std::string_view id) const {
    MessageId key{};
    if (id.size() != key.size()) {
        return nullptr;
    }
    std::copy(id.begin(), id.end(), key.begin());
    const auto found = by_id_.find(key);
    return found == by_id_.end() ? nullptr : &found->second;
}

std::uint32_t MessageBook::device_number(std::string_view name) {
    const auto [found, is_new] =
        device_numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(devices_.size()));
    if (is_new) {
        devices_.emplace_back(name);
    }
    return found->second;
}

/// A page never grows past its reserve, so what was kept stays where it is.
std::string_view MessageBook::keep(std::string_view text) {
    if (pages_.empty() || pages_.back().capacity() - pages_.back().size() < text.size()) {
        pages_.emplace_back().reserve(std::max(page_size, text.size()));
    }
    std::string& page = pages_.back();
    const std::size_t start = page.size();
    page += text;
    return std::string_view(page).substr(start);
}

} // namespace blast::sim
