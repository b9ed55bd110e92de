#pragma once

#include "blast/run/work_parts.hpp"
#include "blast/store/async_connection.hpp"
#include "blast/store/connection.hpp"

#include <string>

namespace blast {

/// Executes one group of statements on a connection that waits.
inline PipelineOutcome
outcome_of(Connection& connection, const std::vector<Statement>& statements) {
    try {
        return {connection.execute_together(statements), std::nullopt};
    } catch (const DatabaseError& error) {
        return {{}, error};
    }
}

/// Runs work to its end on a connection that waits. `Work` has next() and take(). Throws DatabaseError when the connection
/// is lost or the database refuses.
template <typename Work>
void finish_work(Work& work, Connection& connection) {
    for (;;) {
        const PipelineOutcome outcome = outcome_of(connection, work.next());
        const WorkProgress progress = work.take(outcome);
        if (progress == WorkProgress::done) {
            return;
        }
        if (progress != WorkProgress::more) {
            throw DatabaseError(*outcome.failure);
        }
    }
}

} // namespace blast
