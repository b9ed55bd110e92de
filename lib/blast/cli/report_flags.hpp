#pragma once

#include "blast/cli/command_line.hpp"
#include "blast/cli/settings.hpp"
#include "blast/run/report_run.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace blast {

/// blast-report's flags as they are written; empty where they are not given.
struct ReportFlags {
    std::string blast;
    std::optional<std::string> tag;
    std::optional<std::string> stage;
    std::optional<std::string> since;
    std::optional<std::string> until;
    std::optional<std::string> device;
    bool list = false;
    std::optional<std::string> stuck;
    std::optional<std::string> older_than;
    bool recipients = false;
    std::optional<std::string> compare;
    bool watch = false;
    std::string output;

    bool filters() const { return tag || stage || since || until || device; }
};

HelpText report_help();

/// `flags` must outlive the parse.
void add_report_flags(CLI::App& app, ReportFlags& flags);

/// What the flags ask for. Throws UsageError for those that do not go together and for a format that it does not have.
ReportKind check_report_flags(const ReportFlags& flags, const Settings& settings);

} // namespace blast
