#pragma once

#include "blast/cli/terminal.hpp"
#include "blast/core/log.hpp"
#include "blast/core/zoned_time.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

struct Invocation;

enum class OutputFormat { table, json, csv, html, svg };

std::string_view to_string(OutputFormat format) noexcept;

/// The settings that all tools share, each from its flag, else the environment, else the config file, else its default.
/// Empty texts are unset.
struct Settings {
    std::string tool; ///< "blast-send"
    std::string
        database_url; ///< DATABASE_URL; may hold a password: never shown. See required_settings.hpp
    std::string token;       ///< WSAPME_USER_TOKEN: a secret
    std::string hook_secret; ///< BLAST_HOOK_SECRET: a secret
    std::vector<std::string>
        devices; ///< WSAPME_DEVICE, "5850" or "5850,5851"; without blanks, each once
    /// WSAPME_DEVICE_NUMBERS, "5850=+60123456789,5851=...": a device's own phone number, as it was written.
    std::map<std::string, std::string> device_numbers;
    std::string api_url = "https://api.wsapme.com"; ///< WSAPME_API_URL
    std::string ca_file;                            ///< WSAPME_CA_FILE
    std::string region = "MY";                      ///< BLAST_REGION
    TimeZone timezone = TimeZone();                 ///< BLAST_TIMEZONE, else the system's

    /// From the config file: what the sending flags rate, jitter, daily_cap, window, concurrency and timeout say where
    /// the command line does not.
    std::map<std::string, std::string> flag_defaults;

    OutputFormat format = OutputFormat::table; ///< --format
    bool quiet = false;                        ///< --quiet
    bool verbose = false;                      ///< --verbose
    LogFormat log_format = LogFormat::text;    ///< --log-format
    Terminal terminal;

    /// What a run did is told: in a document always, to people unless they want it quiet (cron mails what it prints).
    bool prints_summary() const noexcept { return format == OutputFormat::json || !quiet; }

    /// A progress line may be drawn on standard error.
    bool shows_progress() const noexcept {
        return terminal.can_redraw() && !quiet && log_format == LogFormat::text;
    }
};

/// What the command line said of the shared settings; "" for what it did not say.
struct SharedFlags {
    std::string config;
    std::string timezone;
    std::string region;
    std::string api_url;
    std::string ca_file;
    std::string format;
    std::string log_format;
    bool quiet = false;
    bool verbose = false;
};

/// Puts the settings together. `formats` are those that the tool has, the default first. Throws UsageError for whatever
/// cannot be right, naming the flag, variable or key.
Settings resolve_settings(
    const Invocation& invocation,
    const SharedFlags& flags,
    const std::vector<OutputFormat>& formats);

/// For the tool's Log.
LogSettings log_settings(const Settings& settings);

/// "5850, 5851" to its parts: trimmed, each once, in order. Throws UsageError naming `what` for an empty part or characters
/// that no device has.
std::vector<std::string> parse_devices(std::string_view text, std::string_view what);

} // namespace blast
