#pragma once

#include "blast/store/async_connection.hpp"
#include "blast/store/send_store.hpp"

#include <deque>

namespace blast {

/// Gets a SettleRequest into the database, whatever its rows are like, over any kind of connection: the caller executes
/// next() and hands the outcome to take(), until done. One bad row does not sink the others: the group is cut in two
/// until it stands alone, then it is recorded without its data, and at last left UNCONFIRMED. A message whose
/// recipient was resent meanwhile is noted in the history. Running it again after a lost COMMIT answer is harmless.
class SettleWork {
public:
    enum class Progress {
        more, ///< execute next()
        done,
        lost,  ///< the connection is gone; it is not known whether the last group was committed
        failed ///< the database refuses for a reason that is not in the rows: see failure()
    };

    explicit SettleWork(SettleRequest request);

    std::vector<Statement> next() const;
    Progress take(const PipelineOutcome& outcome);
    const std::string& failure() const noexcept { return failure_; }

private:
    enum class Stage { write, find };

    Progress after_write(const Results& results);
    Progress after_find(const Results& results);
    Progress after_failure(const DatabaseError& failure);
    Progress next_part();
    void cut_in_two();

    std::deque<SettleRequest> parts_;
    Stage stage_ = Stage::write;
    std::vector<AcceptedMessage> missing_;
    std::vector<AcceptedMessage> late_; ///< to be noted with the part that is written
    int tries_ = 0;
    std::string failure_;
};

/// Runs the work on a connection that waits. Throws DatabaseError when it is lost or failed.
void settle(Connection& connection, SettleRequest request);

} // namespace blast
