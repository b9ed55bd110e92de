#pragma once

#include "blast/store/blast_store.hpp"
#include "blast/store/connection.hpp"

namespace blast {

/// The transaction in which an audience is put together and, with its blast, queued: all of it or nothing. Rows are copied
/// into a temporary table while the caller reads on; statements over all of it then leave out who is not to be written to.
/// Memory does not grow with the audience. Not thread-safe. All calls throw DatabaseError.
class QueueTransaction {
public:
    /// Begins, and takes the lock of the tag and stage. Throws UsageError naming the blast that has both already, unless
    /// `again`. `settings` must outlive the object.
    QueueTransaction(Connection& connection, const BlastSettings& settings, bool again);

    ~QueueTransaction();
    QueueTransaction(const QueueTransaction&) = delete;
    QueueTransaction& operator=(const QueueTransaction&) = delete;
    QueueTransaction(QueueTransaction&&) = delete;
    QueueTransaction& operator=(QueueTransaction&&) = delete;

    /// `phone` is E.164, `variables` a JSON object of strings.
    void add(std::string_view phone, std::string_view variables);
    /// Adds the recipients of an earlier blast who have stood at `stuck` (a status or state) for that long; instead of add().
    void add_from_blast(
        std::int64_t earlier, const std::string& stuck, std::chrono::milliseconds older_than);
    /// Leaves out who has opted out and repeats, splits the variants, and counts. `invalid` rows were left out by the caller.
    void finish(std::int64_t invalid);
    /// After finish(): makes the blast, queues its audience and commits. Returns the blast's number.
    std::int64_t commit();

    /// After finish().
    std::int64_t recipients() const noexcept { return recipients_; }
    const SkippedCounts& skipped() const noexcept { return skipped_; }
    /// The first recipients: phone, variables as JSON, variant. After finish(), and before commit().
    Result sample(int count);

private:
    void copy_rows();

    Connection& connection_;
    Transaction transaction_;
    const BlastSettings& settings_;
    std::string rows_; ///< to be copied, in COPY's text format
    bool copying_ = false;
    std::int64_t added_ = 0;
    std::int64_t recipients_ = 0;
    SkippedCounts skipped_;
};

/// The names of the columns that a blast's recipients have, in the order of the CSV. Throws DatabaseError.
std::vector<std::string> load_columns(Connection& connection, std::int64_t blast_id);

} // namespace blast
