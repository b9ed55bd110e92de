#pragma once

#include "blast/domain/template.hpp"
#include "blast/intake/audience.hpp"
#include "blast/store/blast_store.hpp"

#include <functional>
#include <string>
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
    bool dry_run = false;   ///< all is done and rolled back
};

/// A message as a recipient would get it.
struct RenderedMessage {
    std::string phone; ///< E.164
    std::string text;
};

/// How many rendered messages a QueuedBlast shows.
constexpr int sample_messages = 3;

struct QueuedBlast {
    std::int64_t blast_id = 0;
    std::int64_t queued = 0;
    SkippedCounts skipped;
    std::vector<RenderedMessage> samples; ///< of the first three recipients, where it is a dry run
};

/// The messages of a queued blast's first recipients.
std::vector<RenderedMessage>
render_samples(QueueTransaction& transaction, const std::vector<MessageTemplate>& messages);

/// Reads the CSV and queues a blast with its audience in one transaction. `confirm` sees the result before it is
/// committed; false rolls all back (as dry_run does). Throws UsageError for all that is wrong with the CSV, the templates,
/// the tag and stage or an audience without a recipient, DatabaseError; nothing is changed then.
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

    QueuedBlast
    queue(Connection& connection, const std::function<bool(const QueuedBlast&)>& confirm);
    /// Whether queue() has committed.
    bool committed() const noexcept { return committed_; }

private:
    QueueRequest request_;
    AudienceReader reader_;
    std::function<void(std::uint64_t)> on_progress_;
    bool committed_ = false;
};

} // namespace blast
