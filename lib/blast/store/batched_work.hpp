#pragma once

#include "blast/store/async_connection.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/database_error.hpp"

#include <cstddef>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

namespace blast {

/// How work on the database goes on.
enum class WorkProgress {
    more, ///< execute next()
    done,
    lost,  ///< the connection is gone; whether the last group was committed is not known
    failed ///< the database refuses for a reason that is not in the data: see failure()
};

template <typename Item>
std::size_t size_of(const std::vector<Item>& batch) {
    return batch.size();
}

/// Takes the second half out of a batch.
template <typename Item>
std::vector<Item> second_half(std::vector<Item>& batch) {
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    std::vector<Item> half(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
    batch.erase(middle, batch.end());
    return half;
}

/// Batches, each a transaction's worth. One bad item does not sink the others: a batch that the database refuses because of
/// its data is cut in two until the item to blame stands alone. `Batch` is a vector, or has size_of() and second_half() of
/// its own. What fails for a reason that passes the connection has tried again already. Not thread-safe.
template <typename Batch>
class BatchedWork {
public:
    enum class Blame {
        nobody, ///< a row that another transaction has just written: try the same batch again
        batch,  ///< it was cut in two: try the first half
        item,   ///< the batch is the one item to blame
        database
    };

    void add(Batch batch) { batches_.push_back(std::move(batch)); }
    bool empty() const noexcept { return batches_.empty(); }
    const Batch& current() const { return batches_.front(); }
    Batch& current() { return batches_.front(); }
    void finish_current() {
        batches_.pop_front();
        tries_ = 0;
    }

    /// What to do after a failure that did not lose the connection.
    Blame blame(const DatabaseError& error) {
        constexpr int most_tries = 5;
        if (error.sqlstate() == "23505" && ++tries_ < most_tries) { // unique_violation
            return Blame::nobody;
        }
        if (!blames_data(error)) {
            return Blame::database;
        }
        if (size_of(batches_.front()) <= 1) {
            return Blame::item;
        }
        batches_.insert(batches_.begin() + 1, second_half(batches_.front()));
        return Blame::batch;
    }

private:
    /// Class 22, data exception, and 23, integrity constraint violation (PostgreSQL manual, appendix A).
    static bool blames_data(const DatabaseError& error) {
        const std::string code_class = error.sqlstate().substr(0, 2);
        return code_class == "22" || code_class == "23";
    }

    std::deque<Batch> batches_;
    int tries_ = 0;
};

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
