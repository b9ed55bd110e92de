#pragma once

#include "blast/cli/send_blast.hpp"
#include "blast/domain/blast_counts.hpp"
#include "blast/run/send_plan.hpp"
#include "blast/run/send_run.hpp"
#include "blast/store/blast_store.hpp"

namespace blast {

/// The exit status of a run that ended for this reason; `counts` are the blast's then.
ExitCode exit_code_of(SendStop reason, const BlastCounts& counts);

/// Says why a run ended with work left, and what goes on with it: nothing when it is done. To --due the cap and the window are
/// as asked, and only a note.
void tell_end(const SendJob& job, const SendPlan& plan, const SendEnd& end, const Blast& blast);

} // namespace blast
