#pragma once

#include "blast/core/random.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/run/event_intake.hpp"
#include "blast/store/connection.hpp"

#include <iosfwd>
#include <string>

namespace blast {

/// What an ingest did.
struct IngestSummary {
    IntakeCounts counts;
    std::int64_t waiting_in_all = 0; ///< events in the inbox that wait for what they are about
    bool stopped = false;            ///< by a signal: the rest of the lines was not read
};

/// Takes in captured events, one document a line, a group of what there is to read at a time; blank lines are skipped, lines
/// over webhook_body_limit kept cut. What was read when a signal came is not taken in. Events that waited are tried again
/// before and after. A database that goes away is waited for. Memory does not grow with the input. Throws UnavailableError
/// and DatabaseError.
IngestSummary ingest_events(
    std::istream& lines,
    Connection& connection,
    const std::string& database_url,
    const IntakeRules& rules,
    const StopSignal& stop);

} // namespace blast
