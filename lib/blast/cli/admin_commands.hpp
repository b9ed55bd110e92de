#pragma once

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/store/opt_out_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

enum class AdminCommand {
    migrate,
    check,
    opt_out_add,
    opt_out_remove,
    opt_out_list,
    opt_out_import,
    resolve,
    forget,
    close,
    cancel
};

/// What blast-admin is asked to do. Phones are as they were written.
struct AdminOptions {
    Settings settings;
    AdminCommand command = AdminCommand::check;
    std::vector<std::string> phones; ///< opt-out add and remove; resolve and forget: one
    std::string reason;              ///< opt-out add
    std::string csv;                 ///< opt-out import, close: a file, or "-"
    std::string phone_column;        ///< of it; empty: found by its name
    bool skip_invalid = false;       ///< leave bad rows of it out
    std::int64_t blast_id = 0;       ///< resolve, cancel
    bool sent = false;               ///< resolve: the message was sent
    bool yes = false;                ///< ask nothing
};

/// blast-admin migrate. Throws UnavailableError and DatabaseError.
ExitCode run_migrate(const AdminOptions& options);

/// blast-admin check: a line for each thing that blast needs, on standard output.
ExitCode run_check(const AdminOptions& options);

// blast-admin opt-out. All throw UsageError for phones and files that cannot be used, before anything is changed,
// UnavailableError and DatabaseError.

ExitCode run_opt_out_add(const AdminOptions& options);
ExitCode run_opt_out_remove(const AdminOptions& options);
ExitCode run_opt_out_list(const AdminOptions& options);
ExitCode run_opt_out_import(const AdminOptions& options);

/// [{"blast_id":4,"phone":"+60123456789"}]
nlohmann::ordered_json on_their_way_json(const std::vector<MessageOnItsWay>& messages);

// blast-admin resolve, close, cancel and forget. All throw UsageError for what cannot be done, before anything is changed,
// UnavailableError and DatabaseError.

ExitCode run_resolve(const AdminOptions& options);
ExitCode run_close(const AdminOptions& options);
ExitCode run_cancel(const AdminOptions& options);
ExitCode run_forget(const AdminOptions& options);

/// Phones as people write them, as E.164, each once. Throws UsageError for the first that is none, with the reason.
std::vector<std::string>
parse_phones(const std::vector<std::string>& written, const Settings& settings);

/// A phone as a person writes it and as the database may know it: as E.164 first, then every other number that
/// may stand for the person (spellings_of). Throws UsageError when it is neither a phone nor digits after a plus.
std::vector<std::string> parse_known_phone(const std::string& written, const Settings& settings);

} // namespace blast
