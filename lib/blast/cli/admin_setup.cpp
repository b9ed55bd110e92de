#include "blast/cli/admin_commands.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/run/setup_check.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace blast {

namespace {

void append(std::vector<SetupFinding>& findings, std::vector<SetupFinding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
}

SetupCheck check_database_setting(const Settings& settings) {
    try {
        return check_database(require_database_url(settings));
    } catch (const UsageError& error) {
        const std::string also = "cannot be checked without the database: mend that first";
        return {
            {{"database", false, error.what()},
             {"durable", false, also},
             {"schema", false, also},
             {"pooler", false, also}},
            {}};
    }
}

SetupCheck check_gateway_settings(const Settings& settings) {
    SetupCheck check;
    try {
        check = check_gateway(require_gateway(settings, 1), settings.devices);
    } catch (const UsageError& error) {
        check.findings = {{"gateway", false, error.what()}};
    }
    if (check.findings.size() == 1) {
        try {
            require_devices(settings, "");
            check.findings.push_back(
                {"device", false, "cannot be checked without the gateway: mend that first"});
        } catch (const UsageError& error) {
            check.findings.push_back({"device", false, error.what()});
        }
    }
    return check;
}

void print_findings(const std::vector<SetupFinding>& findings, bool well, OutputFormat format) {
    if (format == OutputFormat::json) {
        nlohmann::ordered_json checks = nlohmann::ordered_json::array();
        for (const SetupFinding& finding : findings) {
            checks.push_back(
                {{"name", finding.name}, {"ok", finding.ok}, {"finding", finding.text}});
        }
        fmt::print("{}\n", nlohmann::ordered_json{{"ok", well}, {"checks", checks}}.dump());
        return;
    }
    for (const SetupFinding& finding : findings) {
        fmt::print("{:<4}  {:<8}  {}\n", finding.ok ? "ok" : "FAIL", finding.name, finding.text);
    }
}

} // namespace

ExitCode run_migrate(const AdminOptions& options) {
    Connection connection(require_database_url(options.settings));
    const std::vector<std::string> applied = migrate(connection);
    if (options.settings.format == OutputFormat::json) {
        fmt::print(
            "{}\n",
            nlohmann::ordered_json{{"version", built_schema_version()}, {"applied", applied}}
                .dump());
        return ExitCode::done;
    }
    for (const std::string& name : applied) {
        fmt::print("applied {}\n", name);
    }
    fmt::print(
        "the schema is {}version {}\n", applied.empty() ? "up to date, " : "now ",
        built_schema_version());
    return ExitCode::done;
}

ExitCode run_check(const AdminOptions& options) {
    SetupCheck database = check_database_setting(options.settings);
    SetupCheck gateway = check_gateway_settings(options.settings);
    std::vector<SetupFinding> findings = std::move(database.findings);
    append(findings, std::move(gateway.findings));
    findings.push_back(check_clocks(database.clock_ahead, gateway.clock_ahead));
    const bool well = std::all_of(
        findings.begin(), findings.end(), [](const SetupFinding& finding) { return finding.ok; });
    print_findings(findings, well, options.settings.format);
    return well ? ExitCode::done : ExitCode::unavailable;
}

} // namespace blast
