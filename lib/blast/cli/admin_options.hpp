#pragma once

#include "blast/cli/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

struct Invocation;

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

/// Reads blast-admin's command line. Throws UsageError for what cannot be right, TextRequested for --help and --version.
AdminOptions parse_admin_options(const Invocation& invocation);

} // namespace blast
