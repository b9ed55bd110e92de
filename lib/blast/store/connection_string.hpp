#pragma once

#include <string>

namespace blast {

/// Whether libpq can read `text` as a connection string, and takes no piece of it for a host, a port or a database that
/// cannot be one. What libpq says of any other quotes it, with the password that is likely in there.
bool is_connection_string(const std::string& text);

} // namespace blast
