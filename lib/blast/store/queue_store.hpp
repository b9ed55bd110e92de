#pragma once

#include "blast/core/bloom_filter.hpp"
#include "blast/store/blast_store.hpp"
#include "blast/store/connection.hpp"

namespace blast {

/// The transaction in which a blast and its audience are queued: all of it or nothing. Recipients are copied to the
/// server while the caller reads on; those who may be in the blast already are inserted in groups, since a COPY fails on
/// a repeat. Memory does not grow with the audience. Not thread-safe. All calls throw DatabaseError.
class QueueTransaction {
public:
    /// Begins, and takes the lock of the tag and stage. Throws UsageError naming the blast that has both already, unless
    /// `again`. A `trial` must not be committed: its blast has a number that no other has or will have.
    QueueTransaction(Connection& connection, const BlastSettings& settings, bool again, bool trial);

    ~QueueTransaction();
    QueueTransaction(const QueueTransaction&) = delete;
    QueueTransaction& operator=(const QueueTransaction&) = delete;
    QueueTransaction(QueueTransaction&&) = delete;
    QueueTransaction& operator=(QueueTransaction&&) = delete;

    /// `phone` is E.164, `variables` a JSON object of strings.
    void add(std::string_view phone, std::string_view variables);
    /// Queues the recipients of an earlier blast who have stood at `stuck` (a status or state) for that long.
    void add_from_blast(
        std::int64_t earlier, const std::string& stuck, std::chrono::milliseconds older_than);
    /// Sends what is left, and counts. `invalid` rows were left out by the caller.
    void finish(std::int64_t invalid);
    /// After finish(): splits variants and devices, and commits.
    void commit();

    /// After finish(). It is drawn with the first rows, so that what is refused before takes no number.
    std::int64_t blast_id() const noexcept { return blast_id_; }
    /// After finish().
    std::int64_t queued() const noexcept { return queued_; }
    const SkippedCounts& skipped() const noexcept { return skipped_; }

    /// The first recipients as commit() would leave them: phone, variables as JSON, variant. After finish(), and
    /// instead of commit().
    Result sample(int count);

private:
    void insert_blast();
    void copy_rows();
    void end_copy();
    void insert_suspects();
    void leave_out_opted_out();
    std::vector<Statement> last_statements() const;

    Connection& connection_;
    Transaction transaction_;
    const BlastSettings& settings_;
    bool trial_;
    std::int64_t blast_id_ = 0;
    BloomFilter phones_;
    std::string rows_; ///< to be copied, in COPY's text format
    bool copying_ = false;
    bool copied_ = false;   ///< anyone at all
    ArrayLiteral suspects_; ///< who may be a repeat: phones, and their variables
    ArrayLiteral variables_of_suspects_;
    std::int64_t added_ = 0;
    std::int64_t queued_ = 0;
    SkippedCounts skipped_;
};

/// The names of the columns that a blast's recipients have, in the order of the CSV. Throws DatabaseError.
std::vector<std::string> load_columns(Connection& connection, std::int64_t blast_id);

} // namespace blast
