#pragma once

#include "blast/domain/inbox_event.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// A webhook's body is at most so long; what is longer is not read.
constexpr std::size_t webhook_body_limit = 64UL * 1024;

/// Reads the body of a webhook, JSON or form-encoded, whichever it is: a status change (bare, under "data" or flat), a
/// message from a person, or something that stays for inspection. Bytes that are not UTF-8 are read as U+FFFD. A JSON array
/// is taken as several events, each with its own element for a body; everything else is one event. Reading the body of an
/// event that can be matched gives the same event again. Never empty, never throws for its input.
std::vector<InboxEvent> read_webhook(std::string_view body);

/// The body as JSON text that jsonb takes; "" when it is no JSON.
std::string webhook_jsonb(std::string_view body);

} // namespace blast
