#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

class Connection;

/// A phone that is never written to.
struct OptOut {
    std::string phone;       ///< E.164
    double opted_out_at = 0; ///< epoch seconds
    std::string source;      ///< "webhook", "manual" or "import"
    std::string reason;      ///< may be empty
};

/// A phone to put on the list, and why.
struct OptOutEntry {
    std::string phone; ///< E.164
    std::string reason;
};

/// What came of it.
struct OptOutChanges {
    std::int64_t added = 0;   ///< phones that were not on the list before
    std::int64_t dropped = 0; ///< recipients that were queued, of any blast
};

/// Puts phones on the list, then drops what is queued for them; `source` is "manual" or "import". Safe to repeat: who is on
/// the list stays there as it is. Throws DatabaseError.
OptOutChanges add_opt_outs(
    Connection& connection, const std::vector<OptOutEntry>& entries, const std::string& source);

/// Takes phones off the list; returns those that were on it. Throws DatabaseError.
std::vector<std::string>
remove_opt_outs(Connection& connection, const std::vector<std::string>& phones);

/// The list in the order of phones, a page at a time: after `after` ("" for the first page). Throws DatabaseError.
std::vector<OptOut> list_opt_outs(Connection& connection, const std::string& after, int rows);

/// Whether one of a person's numbers is on the list. Throws DatabaseError.
bool is_opted_out(Connection& connection, const std::vector<std::string>& numbers);

} // namespace blast
