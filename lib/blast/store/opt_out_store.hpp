#pragma once

#include "blast/store/parameters.hpp"
#include "blast/store/result.hpp"

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

/// A message that a sender may have begun: it holds the recipient, and its lease stands.
struct MessageOnItsWay {
    std::int64_t blast_id = 0;
    std::string phone; ///< E.164
};

/// "1 message may already be on its way: blast 4, +60123456789".
std::string on_their_way_words(const std::vector<MessageOnItsWay>& messages);

/// What came of it.
struct OptOutChanges {
    std::int64_t added = 0;                    ///< phones that were not on the list before
    std::int64_t dropped = 0;                  ///< recipients that were queued, of any blast
    std::vector<MessageOnItsWay> on_their_way; ///< to these phones, once they were on the list
};

/// Puts phones on the list, then drops what is queued for them; `source` is "manual" or "import". Safe to repeat: who is on
/// the list stays there as it is. Throws DatabaseError.
OptOutChanges add_opt_outs(
    Connection& connection, const std::vector<OptOutEntry>& entries, const std::string& source);

/// Who of these phones is being sent to.
Statement sending_to_phones_statement(const std::vector<std::string>& phones);
std::vector<MessageOnItsWay> read_sending_to_phones(const Result& result);

/// Takes phones off the list; returns those that were on it. Throws DatabaseError.
std::vector<std::string>
remove_opt_outs(Connection& connection, const std::vector<std::string>& phones);

/// The list in the order of phones, a page at a time: after `after` ("" for the first page). Throws DatabaseError.
std::vector<OptOut> list_opt_outs(Connection& connection, const std::string& after, int rows);

/// Whether one of a person's numbers is on the list. Throws DatabaseError.
bool is_opted_out(Connection& connection, const std::vector<std::string>& numbers);

} // namespace blast
