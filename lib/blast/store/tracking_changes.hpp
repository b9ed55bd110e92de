#pragma once

#include "blast/domain/attribution.hpp"
#include "blast/domain/status.hpp"
#include "blast/store/parameters.hpp"
#include "blast/store/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace blast {

/// Who heard of a change: status_history.source.
enum class ChangeSource { poll, webhook };

/// What the gateway said of a message.
struct StatusReport {
    RecipientKey key;
    std::string message_id; ///< a row that has another id by now is left alone
    std::string word;       ///< the gateway's; empty: it does not know the message
    std::optional<std::int64_t> c2s_timestamp;
    std::string reason; ///< of ERROR
};

/// A person's answer to a message.
struct ReplyReport {
    RecipientKey key;
    double at = 0;             ///< epoch seconds
    bool gateway_time = false; ///< whose clock that is
    std::string text;
};

/// An UNCONFIRMED recipient whose message has turned up.
struct Confirmation {
    RecipientKey key;
    std::string message_id;
    std::int64_t message_timestamp = 0; ///< epoch seconds
    std::string device;                 ///< empty: not known
    std::string data;                   ///< JSON that jsonb takes
};

/// How many messages came to which status.
using StatusCounts = std::map<Status, std::int64_t>;

/// The statements of one transaction, and which of their results tell how many messages reached which status.
struct TrackingStatements {
    std::vector<Statement> statements;
    std::vector<std::size_t> status_results;
};

/// Changes to recipients of any blasts, collected and then written as one transaction: the only place from which statuses
/// are moved, for blast-poll and blast-hook alike. The statements lock rows in the order of their keys, the outbox first,
/// and change counters last, so that transactions which touch the same blasts do not deadlock. Reports of one message are
/// applied in the order in which they were added; all of it may be run again after a lost COMMIT answer.
class TrackingChanges {
public:
    explicit TrackingChanges(ChangeSource source) : source_(source) {}

    void add(StatusReport report);
    void add(ReplyReport reply);
    void add(Confirmation confirmation);
    /// A queued recipient who must not be written to any more. One reason serves all.
    void drop(const RecipientKey& key, const std::string& reason);

    bool empty() const noexcept { return blasts_.empty(); }
    TrackingStatements statements(int counter_slot) const;

private:
    /// Reports in the order in which they came, each message at most once in a round: a statement changes a row once.
    template <typename Report>
    class Rounds {
    public:
        void add(Report report) {
            const std::size_t round = next_round_[report.key.id]++;
            if (round == rounds_.size()) {
                rounds_.emplace_back();
            }
            rounds_[round].push_back(std::move(report));
        }
        const std::vector<std::vector<Report>>& all() const noexcept { return rounds_; }

    private:
        std::vector<std::vector<Report>> rounds_;
        std::map<std::int64_t, std::size_t> next_round_;
    };
    struct BlastChanges {
        Rounds<StatusReport> reports;
        Rounds<ReplyReport> replies;
        std::vector<Confirmation> confirmations;
        std::vector<std::int64_t> dropped;

        std::size_t statement_count() const;
        std::vector<std::int64_t> outbox_ids() const;
        std::vector<std::int64_t> recipient_ids() const;
    };

    void add_locks(TrackingStatements& out) const;

    ChangeSource source_;
    std::map<std::int64_t, BlastChanges> blasts_;
    std::string drop_reason_;
};

/// Sums up `which` of the results, counted from `first` on.
StatusCounts read_status_counts(
    const Results& results, const std::vector<std::size_t>& which, std::size_t first);

} // namespace blast
