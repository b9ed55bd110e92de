#pragma once

#include "blast/core/error.hpp"
#include "blast/store/opt_out_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace blast {

struct AdminOptions;

// blast-admin opt-out. All throw UsageError for phones and files that cannot be used, before anything is changed,
// UnavailableError and DatabaseError.

ExitCode run_opt_out_add(const AdminOptions& options);
ExitCode run_opt_out_remove(const AdminOptions& options);
ExitCode run_opt_out_list(const AdminOptions& options);
ExitCode run_opt_out_import(const AdminOptions& options);

/// [{"blast_id":4,"phone":"+60123456789"}]
nlohmann::ordered_json on_their_way_json(const std::vector<MessageOnItsWay>& messages);

} // namespace blast
