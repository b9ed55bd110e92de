#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct AdminOptions;

/// blast-admin migrate. Throws UnavailableError and DatabaseError.
ExitCode run_migrate(const AdminOptions& options);

/// blast-admin check: a line for each thing that blast needs, on standard output.
ExitCode run_check(const AdminOptions& options);

} // namespace blast
