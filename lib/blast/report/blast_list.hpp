#pragma once

#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"
#include "blast/domain/blast_report.hpp"
#include "blast/report/list_format.hpp"
#include "blast/report/terminal_text.hpp"

#include <memory>
#include <vector>

namespace blast {

/// Writes the list of blasts a page at a time, so that it takes the memory of one page.
class BlastListWriter {
public:
    virtual ~BlastListWriter() = default;
    /// May be called often, or never.
    virtual void add(const std::vector<ListedBlast>& page) = 0;
    /// Once, after the last page.
    virtual void end() = 0;
};

/// table: fitted to the terminal, with fewer columns where it is narrow, nothing for no blast. json: an array. csv: a header, and a row
/// each. html: a page. `output` must outlive the writer. Throws std::invalid_argument for svg.
std::unique_ptr<BlastListWriter> make_blast_list_writer(
    ReportFormat format, Output& output, const TextStyle& style, const TimeZone& zone);

} // namespace blast
