#pragma once

#include <map>
#include <string>

namespace blast {

/// What a config file says, by key. Lists are joined by commas.
using ConfigValues = std::map<std::string, std::string>;

/// Reads a config file: TOML (https://toml.io) without tables, `key = value` a line, the keys being the names of the
/// settings in lower case (database_url, wsapme_user_token, ...) and the sending flags rate, jitter, daily_cap, window,
/// concurrency and timeout. Throws UsageError naming file and line for what is not TOML, an unknown key or a value of a
/// wrong kind; also when the file holds a secret and others than its owner can read or write it.
///
/// A file that does not exist is an error when `must_exist`, else it says nothing.
ConfigValues read_config_file(const std::string& path, bool must_exist);

} // namespace blast
