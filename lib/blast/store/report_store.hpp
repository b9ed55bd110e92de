#pragma once

#include "blast/domain/blast_report.hpp"
#include "blast/domain/recipient_record.hpp"
#include "blast/store/parameters.hpp"
#include "blast/store/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

class Connection;

/// A blast, the texts of its messages, which are the variants, and how many have bought.
struct BlastOutline {
    BlastHead head;
    std::vector<std::string> messages;
    std::int64_t closed = 0;
};

/// Who of a blast is meant by --stuck.
struct StuckSelection {
    std::int64_t blast_id = 0;
    std::string state; ///< of the recipients or of the outbox: "PENDING", "QUEUED"
    bool sent = true;  ///< whether it is a state of the recipients
    std::optional<std::chrono::milliseconds> older_than; ///< since they entered it
};

/// What a report reads, and nothing that it writes. The first call checks the schema in the same round trip and
/// throws UnavailableError as require_current_schema does. All calls may throw DatabaseError. Lists are read a page at a
/// time, by the last id of the page before, so that millions of rows take no more memory than one page.
class ReportStore {
public:
    explicit ReportStore(Connection& connection) : connection_(connection) {}

    /// Over all blasts that match; one round trip. `blasts` is 0 where none does.
    BlastReport funnel(const BlastFilter& filter);
    /// Of the newest blast that matches. `blasts` is 0 where none does.
    BlastReport latest_funnel(const BlastFilter& filter);
    /// The newest blast that matches, if any.
    std::optional<BlastOutline> newest(const BlastFilter& filter);

    /// Newest first, after blast `after`.
    std::vector<ListedBlast>
    list(const BlastFilter& filter, std::optional<std::int64_t> after, int rows);
    /// In order of id, after `after` (0 for the first page). Who was erased or has bought is left out.
    std::vector<StuckRecipient>
    stuck(const StuckSelection& selection, std::int64_t after, int rows);
    /// In order of id, after `after` (0 for the first page).
    std::vector<RecipientRecord> recipients(std::int64_t blast_id, std::int64_t after, int rows);

    /// The counts of each of the blast's messages, in their order; counted, so slower than a funnel.
    std::vector<BlastCounts> variants(std::int64_t blast_id, std::size_t messages);

private:
    BlastReport read_funnel(const BlastFilter& filter, std::optional<int> newest);
    Result ask(Statement statement);

    Connection& connection_;
    bool schema_checked_ = false;
};

} // namespace blast
