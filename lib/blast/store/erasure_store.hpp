#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

class Connection;

/// What is kept of a person.
struct PersonRecords {
    std::vector<std::int64_t> blasts; ///< that have, or had, a message for the phone
    bool being_sent = false;          ///< one of them is sending to it right now
};

/// `phone` is E.164. Throws DatabaseError.
PersonRecords find_person(Connection& connection, const std::string& phone);

/// What was erased.
struct Erasure {
    std::int64_t recipients = 0; ///< of any blast
    std::int64_t events = 0;     ///< of the webhook inbox
};

/// Erases a person in one transaction: number, columns, reply, gateway's data, words of the history and bodies of events,
/// in all blasts of `person`; what is queued becomes DROPPED, the counts stay as they are. The opt-out list is left alone.
/// What is being sent right now is left out. Throws DatabaseError.
Erasure erase_person(Connection& connection, const std::string& phone, const PersonRecords& person);

} // namespace blast
