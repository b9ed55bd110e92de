#pragma once

#include "blast/store/batched_work.hpp"
#include "blast/store/send_store.hpp"

#include <string>
#include <vector>

namespace blast {

std::size_t size_of(const SettleRequest& request);
SettleRequest second_half(SettleRequest& request);

/// Gets a SettleRequest into the database, whatever its rows are like, over any kind of connection: the caller executes
/// next() and hands the outcome to take(), until done. One bad row does not sink the others: the group is cut in two
/// until it stands alone, then it is recorded without its data, and at last left UNCONFIRMED. A message whose
/// recipient was resent meanwhile is noted in the history. Running it again after a lost COMMIT answer is harmless.
class SettleWork {
public:
    explicit SettleWork(SettleRequest request);

    std::vector<Statement> next() const;
    WorkProgress take(const PipelineOutcome& outcome);
    const std::string& failure() const noexcept { return failure_; }

private:
    enum class Stage { write, find };

    WorkProgress after_write(const Results& results);
    WorkProgress after_find(const Results& results);
    WorkProgress after_failure(const DatabaseError& failure);
    WorkProgress finish_part();

    BatchedWork<SettleRequest> work_;
    Stage stage_ = Stage::write;
    std::vector<AcceptedMessage> missing_;
    std::vector<AcceptedMessage> late_; ///< to be noted with the part that is written
    std::string failure_;
};

/// Runs the work on a connection that waits. Throws DatabaseError when it is lost or failed.
void settle(Connection& connection, SettleRequest request);

} // namespace blast
