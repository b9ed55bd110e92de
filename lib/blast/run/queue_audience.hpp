#pragma once

#include "blast/domain/template.hpp"
#include "blast/intake/audience.hpp"
#include "blast/intake/csv_reader.hpp"
#include "blast/store/blast_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace blast {

class Connection;
class QueueTransaction;

/// What a new blast is made of.
struct QueueRequest {
    AudienceSettings audience;
    std::string rejects; ///< file for the rows that are left out; empty: none
    std::vector<MessageTemplate> messages;
    BlastSettings settings; ///< its `messages` are those of the templates
    bool again = false;     ///< a blast of the same tag and stage may exist
    bool dry_run = false;   ///< it is only counted, and wants samples
    /// The audience is counted before it is queued: what can be read only once is copied first.
    bool read_twice = false;
    /// Called when everything is queued and nothing committed yet: what it throws leaves nothing behind.
    std::function<void()> before_commit = [] {};
};

/// A message as a recipient would get it.
struct RenderedMessage {
    std::string phone; ///< E.164
    std::string text;
};

/// How many rendered messages a QueuedBlast shows.
constexpr int sample_messages = 3;

struct QueuedBlast {
    std::int64_t blast_id = 0; ///< 0 where it was only counted
    std::int64_t queued = 0;
    SkippedCounts skipped;
    std::vector<RenderedMessage> samples; ///< of the first three recipients, where it is a dry run
};

/// Throws UsageError when more are queued than a person has confirmed.
void refuse_more_than(std::int64_t confirmed, const QueuedBlast& queued);

/// The messages of a queued blast's first recipients.
std::vector<RenderedMessage>
render_samples(QueueTransaction& transaction, const std::vector<MessageTemplate>& messages);

/// Reads the CSV, and counts its audience or queues it, in one transaction each. Throws UsageError for all that is wrong with
/// the CSV, the templates, the tag and stage or an audience without a recipient, DatabaseError; nothing is changed then.
class AudienceQueue {
public:
    /// Checks all that can be checked without the database: the file, its columns, the templates' variables. `parser` must
    /// outlive the object.
    AudienceQueue(QueueRequest request, const PhoneParser& parser);

    /// Called now and then with the rows read so far.
    void on_progress(std::function<void(std::uint64_t)> callback) {
        on_progress_ = std::move(callback);
    }

    /// The first recipient of the file with the message that it would get; for --test. Throws UsageError without one.
    RenderedMessage first_message();

    /// What queue() would do. No transaction is open when it returns.
    QueuedBlast count(Connection& connection);
    /// After count(), for what was counted only: throws UsageError when the file has changed since, or more people would be
    /// written to.
    QueuedBlast queue(Connection& connection);

private:
    QueuedBlast pass(Connection& connection, bool trial);
    QueuedBlast pass_once(Connection& connection, bool trial);
    void read_rows(AudienceReader& reader, QueueTransaction& transaction);
    void refuse_changes(const QueuedBlast& queued) const;

    QueueRequest request_;
    const PhoneParser& parser_;
    std::unique_ptr<CsvCopy> copy_;          ///< where the audience is read twice
    std::unique_ptr<AudienceReader> reader_; ///< of which no row was read yet, or none
    std::function<void(std::uint64_t)> on_progress_;
    std::size_t digest_ = 0; ///< of the rows that were read last
    /// By count(): how many, and the digest of their rows.
    std::optional<std::pair<std::int64_t, std::size_t>> counted_;
};

/// A follow-up to those who are stuck somewhere in an earlier blast.
struct FollowUpRequest {
    std::int64_t earlier = 0;
    std::string stuck; ///< a status or state, upper case
    std::chrono::milliseconds older_than{0};
    QueueRequest blast; ///< its audience is not read
};

/// Counts whom the follow-up would be queued for; no transaction is open when it returns. Throws UsageError when nobody is
/// stuck there, or a template names a column that the earlier blast does not have.
QueuedBlast count_follow_up(Connection& connection, const FollowUpRequest& request);

/// Queues the follow-up in one transaction. Throws as count_follow_up does, and UsageError when there are more people now
/// than a person has confirmed.
QueuedBlast queue_follow_up(
    Connection& connection, const FollowUpRequest& request, std::optional<std::int64_t> confirmed);

} // namespace blast
