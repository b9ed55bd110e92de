#include "blast/cli/outcome_files.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/run/outcome_file.hpp"

#include <fmt/format.h>

namespace blast {

std::optional<std::vector<OutcomeFile>> read_kept(const SendJob& job, std::int64_t blast_id) {
    try {
        return read_outcome_files(job.state_folder, blast_id);
    } catch (const UnavailableError& error) {
        job.log.error(fmt::format("blast {}: {}", blast_id, error.what()));
        return std::nullopt;
    }
}

void record_kept(
    const SendJob& job,
    Connection& connection,
    const Blast& blast,
    const std::vector<OutcomeFile>& files) {
    for (const OutcomeFile& file : files) {
        const std::string path = printable(file.path);
        switch (record_outcome_file(connection, blast, file)) {
        case OutcomesRecorded::all:
            job.log.note(
                fmt::format("recorded {} outcome(s) kept in '{}'", file.outcome_count(), path));
            break;
        case OutcomesRecorded::some:
            job.log.warn(fmt::format(
                "'{}' holds outcomes of recipients that blast {} does not know as sent to: recorded the others, and left it alone",
                path, blast.id));
            break;
        case OutcomesRecorded::none:
            job.log.warn(
                fmt::format("'{}' is of another database's blast {}: left alone", path, blast.id));
            break;
        }
    }
}

} // namespace blast
