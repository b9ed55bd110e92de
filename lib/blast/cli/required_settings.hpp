#pragma once

#include "blast/gateway/http_engine.hpp"

#include <string>
#include <vector>

namespace blast {

struct Settings;

// Settings that a tool cannot do without. Each throws UsageError with advice when it is unset or cannot be right.

/// DATABASE_URL.
const std::string& require_database_url(const Settings& settings);

/// WSAPME_DEVICE; `flag` is how the tool's own flag is called in the advice, "" where it has none.
const std::vector<std::string>&
require_devices(const Settings& settings, const std::string& flag = "--device");

/// BLAST_HOOK_SECRET: at least 32 characters, of those that stand in a URL's path as they are (RFC 3986, unreserved).
const std::string& require_hook_secret(const Settings& settings);

/// Where the gateway is and its token (WSAPME_USER_TOKEN): https, or http on a loopback address only.
GatewaySettings require_gateway(const Settings& settings, std::size_t concurrency);

} // namespace blast
