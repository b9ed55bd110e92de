#pragma once

#include <string>
#include <vector>

namespace blast::test {

/// Runs one or several statements on a connection of their own to `url`. Throws std::runtime_error with the server's
/// message. The result is the last statement's rows, NULL as the empty string.
std::vector<std::vector<std::string>> query(const std::string& url, const std::string& sql);

/// The only value of the only row.
std::string query_value(const std::string& url, const std::string& sql);

/// `url` with another database in it: "postgresql://user:password@host:port/DATABASE?...". Takes URLs only.
std::string with_database(const std::string& url, const std::string& database);

} // namespace blast::test
