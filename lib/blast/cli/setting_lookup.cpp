#include "blast/cli/setting_lookup.hpp"

#include "blast/cli/invocation.hpp"

#include <algorithm>

namespace blast {

namespace {

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

} // namespace

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

} // namespace blast
