#pragma once

#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/recipient_record.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <memory>
#include <vector>

namespace blast {

/// Writes who is stuck at a state, a page at a time, so that it takes the memory of one page.
class StuckListWriter {
public:
    virtual ~StuckListWriter() = default;
    /// May be called often, or never.
    virtual void add(const std::vector<StuckRecipient>& page) = 0;
    /// Once, after the last page.
    virtual void end() = 0;
};

/// csv: "phone", the recipients' own columns, then "status", "sent_at" ("tried_at" of those not sent), "device" and "reason"; input for
/// blast-send as it is (RecipientColumns). json: an array of objects with the same, own columns under "variables". table: the
/// same for people. `output` and `zone` must outlive the writer. Throws std::invalid_argument for html and svg.
struct StuckListSettings {
    ReportFormat format = ReportFormat::table;
    TextStyle style;
    bool sent = true; ///< whether these are recipients whose message was accepted
};
std::unique_ptr<StuckListWriter>
make_stuck_list_writer(const StuckListSettings& settings, Output& output, const TimeZone& zone);

} // namespace blast
