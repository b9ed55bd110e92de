#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

class Connection;

/// What is kept of a person.
struct PersonRecords {
    std::vector<std::string>
        numbers; ///< under which the person is known, E.164, those that were asked for included
    std::vector<std::int64_t> blasts; ///< that have, or had, a message for the phone
    bool being_sent = false;          ///< one of them is sending to it right now
};

/// `numbers` are spellings of one person's phone, E.164. Throws DatabaseError.
PersonRecords find_person(Connection& connection, const std::vector<std::string>& numbers);

/// What was erased.
struct Erasure {
    std::int64_t recipients = 0; ///< of any blast
    std::int64_t events = 0;     ///< of the webhook inbox
};

/// Erases a person in one transaction: number, columns, reply, gateway's data, words of the history and bodies of events,
/// in all blasts; what is queued becomes DROPPED, the counts stay as they are. The opt-out list is left alone. Nothing at
/// all is erased, and the result is empty, while one of the blasts is sending to the person: also when a sender has taken
/// the person meanwhile. Throws DatabaseError.
std::optional<Erasure>
erase_person(Connection& connection, const std::vector<std::string>& numbers);

} // namespace blast
