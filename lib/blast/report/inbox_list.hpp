#pragma once

#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/inbox_event.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <memory>
#include <vector>

namespace blast {

/// Writes the events of the inbox that are not applied, a page at a time.
class InboxListWriter {
public:
    virtual ~InboxListWriter() = default;
    virtual void add(const std::vector<ListedEvent>& page) = 0;
    /// After the last page.
    virtual void end() = 0;
};

/// For table, json (an array) and csv. `output` and `zone` must outlive the writer.
std::unique_ptr<InboxListWriter> make_inbox_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone);

} // namespace blast
