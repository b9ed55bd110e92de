#pragma once

#include "blast/core/stop_signal.hpp"
#include "blast/sim/settings.hpp"

namespace blast::sim {

/// Serves until a signal asks to stop, then ends cleanly. Prints "listening on http://127.0.0.1:PORT" on standard output
/// once it takes requests. Throws UsageError for files that cannot be opened, UnavailableError for an address that
/// cannot be taken.
void simulate(const Settings& settings, const StopSignal& stop);

} // namespace blast::sim
