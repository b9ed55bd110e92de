#pragma once

#include "blast/core/error.hpp"

namespace blast {

struct AdminOptions;

// blast-admin opt-out. All throw UsageError for phones and files that cannot be used, before anything is changed,
// UnavailableError and DatabaseError.

ExitCode run_opt_out_add(const AdminOptions& options);
ExitCode run_opt_out_remove(const AdminOptions& options);
ExitCode run_opt_out_list(const AdminOptions& options);
ExitCode run_opt_out_import(const AdminOptions& options);

} // namespace blast
