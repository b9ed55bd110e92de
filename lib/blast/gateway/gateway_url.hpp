#pragma once

#include <string>

namespace blast {

/// The host of a URL, as it stands there; empty when it is none.
std::string gateway_host(const std::string& url);

/// Whether a host as it stands in a URL is this machine: localhost, 127.0.0.0/8 or [::1].
bool is_loopback_host(const std::string& host);

/// Throws UsageError unless `url` is https, or http to a loopback address, with neither user, query nor fragment: the
/// token would cross the network readable. Returns the URL without a slash at its end.
std::string checked_gateway_url(const std::string& url);

} // namespace blast
