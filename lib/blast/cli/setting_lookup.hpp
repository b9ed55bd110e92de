#pragma once

#include "blast/cli/config_file.hpp"

#include <string>

namespace blast {

struct Invocation;

/// A setting's value, "" when nothing gives one, and what gave it, for errors: "--region", "BLAST_REGION" or "blast_region".
struct FoundSetting {
    std::string value;
    std::string source;
};

/// Looks settings up in their order of precedence: flag, environment, config file.
class SettingLookup {
public:
    /// Reads the config file: `config_path` (--config), or blast/blast.toml below $XDG_CONFIG_HOME or ~/.config where that
    /// is empty. Throws what read_config_file throws. `invocation` must outlive the object.
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

} // namespace blast
