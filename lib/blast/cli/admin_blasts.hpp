#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct AdminOptions;

// blast-admin resolve, close, cancel and forget. All throw UsageError for what cannot be done, before anything is changed,
// UnavailableError and DatabaseError.

ExitCode run_resolve(const AdminOptions& options);
ExitCode run_close(const AdminOptions& options);
ExitCode run_cancel(const AdminOptions& options);
ExitCode run_forget(const AdminOptions& options);

} // namespace blast
