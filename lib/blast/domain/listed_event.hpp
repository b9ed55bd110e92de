#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <string>

namespace blast {

/// An event that is not applied, for people.
struct ListedEvent {
    std::int64_t id = 0;
    WallTime received_at{};
    std::string kind;
    std::string state;
    std::int64_t repeats = 0;
    std::string message_id;
    std::string phone;
    std::string reason;
    std::string body;
};

} // namespace blast
