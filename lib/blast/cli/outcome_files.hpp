#pragma once

#include "blast/cli/send_blast.hpp"
#include "blast/run/outcome_file.hpp"
#include "blast/store/blast_store.hpp"

#include <optional>
#include <vector>

namespace blast {

/// The files that --due has to record for a blast; nothing where one cannot be read, which is told.
std::optional<std::vector<OutcomeFile>> read_kept(const SendJob& job, std::int64_t blast_id);

/// Records what this machine kept while the database was away, and tells. Blasts of other databases have the same numbers:
/// a file of theirs is left alone. Throws DatabaseError.
void record_kept(
    const SendJob& job,
    Connection& connection,
    const Blast& blast,
    const std::vector<OutcomeFile>& files);

} // namespace blast
