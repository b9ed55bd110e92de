#include "blast/cli/settings.hpp"

#include "blast/cli/config_file.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace blast {

namespace {

constexpr std::array<std::pair<OutputFormat, std::string_view>, 5> format_names{
    {{OutputFormat::table, "table"},
     {OutputFormat::json, "json"},
     {OutputFormat::csv, "csv"},
     {OutputFormat::html, "html"},
     {OutputFormat::svg, "svg"}}};

constexpr std::array<const char*, 6> sending_flags{"rate",   "jitter",      "daily_cap",
                                                   "window", "concurrency", "timeout"};

/// A setting's value, "" when nothing gives one, and what gave it, for errors: "--region", "BLAST_REGION" or "blast_region".
struct FoundSetting {
    std::string value;
    std::string source;
};

ConfigValues config_values(const Invocation& invocation, const std::string& config_path) {
    if (!config_path.empty()) {
        return read_config_file(config_path, true);
    }
    // An XDG_CONFIG_HOME that is no absolute path is to be ignored (XDG Base Directory Specification).
    std::string folder = invocation.variable("XDG_CONFIG_HOME");
    if (folder.empty() || folder.front() != '/') {
        const std::string home = invocation.variable("HOME");
        if (home.empty()) {
            return {};
        }
        folder = home + "/.config";
    }
    return read_config_file(folder + "/blast/blast.toml", false);
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// Looks settings up in their order of precedence: flag, environment, config file.
class SettingLookup {
public:
    /// Reads the config file: `config_path` (--config), or blast/blast.toml below $XDG_CONFIG_HOME or ~/.config where that
    /// is empty. Throws what read_config_file throws.
    SettingLookup(const Invocation& invocation, const std::string& config_path);

    /// The value of the flag where it was given, else of the variable, else of the key of the same name in lower case.
    FoundSetting find(
        const std::string& variable,
        const std::string& flag_name = {},
        const std::string& flag_value = {}) const;

    std::string config_value(const std::string& key) const;

private:
    const Invocation& invocation_;
    ConfigValues config_;
};

SettingLookup::SettingLookup(const Invocation& invocation, const std::string& config_path)
    : invocation_(invocation), config_(config_values(invocation, config_path)) {}

FoundSetting SettingLookup::find(
    const std::string& variable,
    const std::string& flag_name,
    const std::string& flag_value) const {
    if (!flag_value.empty()) {
        return {flag_value, flag_name};
    }
    std::string value = invocation_.variable(variable);
    if (!value.empty()) {
        return {std::move(value), variable};
    }
    const std::string key = lower_case(variable);
    return {config_value(key), key};
}

std::string SettingLookup::config_value(const std::string& key) const {
    const auto found = config_.find(key);
    return found == config_.end() ? std::string() : found->second;
}

OutputFormat parse_format(const std::string& text, const std::vector<OutputFormat>& formats) {
    if (text.empty()) {
        return formats.front();
    }
    std::vector<std::string_view> names;
    for (const OutputFormat format : formats) {
        if (to_string(format) == text) {
            return format;
        }
        names.push_back(to_string(format));
    }
    throw UsageError(
        fmt::format("--format: '{}' is not a format of this tool", printable(text)),
        fmt::format("choose one of {}", fmt::join(names, ", ")));
}

LogFormat parse_log_format(const std::string& text) {
    if (text.empty() || text == "text") {
        return LogFormat::text;
    }
    if (text == "json") {
        return LogFormat::json;
    }
    throw UsageError(
        fmt::format("--log-format: '{}' is not a log format", printable(text)),
        "choose text or json");
}

std::string parse_region(const FoundSetting& found) {
    std::string region = found.value;
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    if (region.size() != 2 || !letter(region[0]) || !letter(region[1])) {
        throw UsageError(
            fmt::format("{}: '{}' is not a country", found.source, printable(region)),
            "give its two letters (ISO 3166), such as MY");
    }
    for (char& c : region) {
        c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return region;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t comma = text.find(',');
        parts.push_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(comma + 1);
    }
}

std::map<std::string, std::string> parse_device_numbers(const FoundSetting& found) {
    std::map<std::string, std::string> numbers;
    if (found.value.empty()) {
        return numbers;
    }
    for (const std::string_view part : split_at_commas(found.value)) {
        const std::size_t equals = part.find('=');
        const std::string_view device = trimmed(part.substr(0, equals));
        const std::string_view number = equals == std::string_view::npos
                                            ? std::string_view()
                                            : trimmed(part.substr(equals + 1));
        if (device.empty() || number.empty()) {
            throw UsageError(
                fmt::format(
                    "{}: '{}' is not a device and its number", found.source, printable(part)),
                "write DEVICE=NUMBER, such as 5850=+60123456789");
        }
        numbers[std::string(device)] = number;
    }
    return numbers;
}

void resolve_secrets(Settings& settings, const SettingLookup& lookup) {
    settings.database_url = lookup.find("DATABASE_URL").value;
    settings.token = lookup.find("WSAPME_USER_TOKEN").value;
    settings.hook_secret = lookup.find("BLAST_HOOK_SECRET").value;
}

void resolve_gateway(Settings& settings, const SettingLookup& lookup, const SharedFlags& flags) {
    const FoundSetting devices = lookup.find("WSAPME_DEVICE");
    if (!devices.value.empty()) {
        settings.devices = parse_devices(devices.value, devices.source);
    }
    settings.device_numbers = parse_device_numbers(lookup.find("WSAPME_DEVICE_NUMBERS"));
    const FoundSetting url = lookup.find("WSAPME_API_URL", "--api-url", flags.api_url);
    if (!url.value.empty()) {
        settings.api_url = url.value;
    }
    settings.ca_file = lookup.find("WSAPME_CA_FILE", "--ca-file", flags.ca_file).value;
}

} // namespace

std::string_view to_string(OutputFormat format) noexcept {
    for (const auto& [value, name] : format_names) {
        if (value == format) {
            return name;
        }
    }
    return {};
}

std::vector<std::string> parse_devices(std::string_view text, std::string_view what) {
    std::vector<std::string> devices;
    for (const std::string_view part : split_at_commas(text)) {
        const bool usable = !part.empty() && part.size() <= 100 && is_utf8(part) &&
                            std::none_of(part.begin(), part.end(), [](char c) {
                                return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
                            });
        if (!usable) {
            throw UsageError(
                fmt::format("{}: '{}' is not a device", what, printable(part)),
                "give the device's id, several separated by commas: 5850,5851");
        }
        if (std::find(devices.begin(), devices.end(), part) == devices.end()) {
            devices.emplace_back(part);
        }
    }
    return devices;
}

Settings resolve_settings(
    const Invocation& invocation,
    const SharedFlags& flags,
    const std::vector<OutputFormat>& formats) {
    Settings settings;
    settings.tool = invocation.tool;
    settings.format = parse_format(flags.format, formats);
    settings.log_format = parse_log_format(flags.log_format);
    settings.quiet = flags.quiet;
    settings.verbose = flags.verbose;
    settings.terminal = invocation.terminal;
    if (flags.quiet && flags.verbose) {
        throw UsageError("--quiet and --verbose do not go together", "leave one of them out");
    }

    const SettingLookup lookup(invocation, flags.config);
    resolve_secrets(settings, lookup);
    resolve_gateway(settings, lookup, flags);
    const FoundSetting region = lookup.find("BLAST_REGION", "--region", flags.region);
    if (!region.value.empty()) {
        settings.region = parse_region(region);
    }
    settings.timezone = TimeZone(lookup.find("BLAST_TIMEZONE", "--timezone", flags.timezone).value);
    for (const char* const key : sending_flags) {
        const std::string value = lookup.config_value(key);
        if (!value.empty()) {
            settings.flag_defaults[key] = value;
        }
    }
    return settings;
}

LogSettings log_settings(const Settings& settings) {
    return {
        settings.tool, settings.log_format, settings.quiet, settings.verbose,
        settings.terminal.colour_errors};
}

} // namespace blast
