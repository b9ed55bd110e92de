#pragma once

#include "blast/cli/command_line.hpp"
#include "blast/cli/send_options.hpp"

#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace blast {

/// blast-send's flags as they are written; empty where they are not given.
struct SendFlags {
    std::string csv, phone_column, tag, stage, devices, rate, jitter, daily_cap, window, at,
        concurrency, timeout, rejects, test_phone, from_blast, stuck, older_than, resume;
    std::vector<std::pair<bool, std::string>>
        messages;           ///< in their order; true: the name of a file
    bool tag_given = false; ///< even if empty
    bool again = false;
    bool skip_invalid = false;
    bool dry_run = false;
    bool yes = false;
    bool retry_failed = false;
    bool resend_unconfirmed = false;
    bool due = false;
};

HelpText send_help();

/// `flags` must outlive the parse.
void add_send_flags(CLI::App& app, SendFlags& flags);

/// After the parse: --message and --message-file as they alternate on the command line.
void read_message_order(const CLI::App& app, SendFlags& flags);

/// After the parse: which of the ways to call blast-send this is. Throws UsageError for none, for two, for a flag that has
/// no meaning in it, and for one that it lacks.
SendMode check_flags_go_together(const CLI::App& app);

} // namespace blast
