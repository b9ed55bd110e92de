#pragma once

#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/recipient_record.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <memory>
#include <vector>

namespace blast {

/// Writes all recipients of a blast with their history, a page at a time, so that it takes the memory of one page.
class RecipientListWriter {
public:
    virtual ~RecipientListWriter() = default;
    /// May be called often, or never.
    virtual void add(const std::vector<RecipientRecord>& page) = 0;
    /// Once, after the last page.
    virtual void end() = 0;
};

/// json: an array of objects, the history an array of {"status","at","source","timed_by","detail"}. csv: a row each, the history in
/// one cell, "PENDING 2026-11-22T14:28:00+08:00 send; ...". table: a line for each event, who and where first.
/// `output` and `zone` must outlive the writer. Throws std::invalid_argument for html and svg.
std::unique_ptr<RecipientListWriter> make_recipient_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone);

} // namespace blast
