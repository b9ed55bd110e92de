#pragma once

#include "blast/core/clock.hpp"

#include "sim/fate.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace blast::sim {

/// "3EB0" and 18 more upper-case hexadecimal digits, as WhatsApp's web clients make them.
using MessageId = std::array<char, 22>;

inline std::string_view text_of(const MessageId& id) {
    return {id.data(), id.size()};
}

/// A message that was accepted.
struct Message {
    MessageId id{};
    Stage reach = Stage::sent;
    std::uint32_t device = 0; ///< MessageBook::device_name
    std::uint64_t phone = 0;  ///< E.164 without the plus sign
    WallTime accepted{};
    std::string_view text;
};

/// All accepted messages of a run, in memory, about 150 bytes and the text each. Not thread-safe.
class MessageBook {
public:
    using Index = std::uint32_t;

    /// Keeps copies of `device` and `message.text`; the result counts from 0 in the order of calls. Of several messages
    /// with one id, find() knows the first.
    Index add(Message message, std::string_view device);

    const Message& at(Index index) const { return messages_[index]; }
    /// The id may be of any length and content.
    const Index* find(std::string_view id) const;
    const std::string& device_name(std::uint32_t device) const { return devices_[device]; }
    std::size_t size() const noexcept { return messages_.size(); }

private:
    struct IdHash {
        std::size_t operator()(const MessageId& id) const noexcept {
            return std::hash<std::string_view>{}(text_of(id));
        }
    };

    std::uint32_t device_number(std::string_view name);
    std::string_view keep(std::string_view text);

    std::deque<Message> messages_;
    std::unordered_map<MessageId, Index, IdHash> by_id_;
    std::vector<std::string> devices_;
    std::unordered_map<std::string, std::uint32_t> device_numbers_;
    std::deque<std::string> pages_; ///< the texts, one after the other
};

} // namespace blast::sim
