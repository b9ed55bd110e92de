#include "blast/cli/required_settings.hpp"

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/store/connection_string.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace blast {

namespace {

constexpr std::string_view digits = "0123456789";

bool is_host_list(std::string_view hosts) {
    while (!hosts.empty()) {
        const std::string_view host = hosts.substr(0, hosts.find(','));
        const std::size_t address_end = host.find(']'); // of an IPv6 address
        const std::size_t colon =
            host.find(':', address_end == std::string_view::npos ? 0 : address_end);
        if (colon != std::string_view::npos &&
            host.find_first_not_of(digits, colon + 1) != std::string_view::npos) {
            return false;
        }
        hosts.remove_prefix(std::min(host.size() + 1, hosts.size()));
    }
    return true;
}

/// Whether libpq would take a piece of the password for a host, a port or a parameter, and print it in its refusal: a
/// password with @, /, # or ? in it. A string of keywords and values is none of these.
bool would_show_password(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (!url.starts_with("postgres") || scheme == std::string_view::npos) {
        return false;
    }
    const std::string_view rest = url.substr(scheme + 3);
    const std::string_view before_query = rest.substr(0, rest.find('?'));
    const std::size_t at = before_query.find('@');
    const std::string_view authority = before_query.substr(0, before_query.find('/'));
    if (at == std::string_view::npos) {
        return !is_host_list(authority);
    }
    return at != before_query.rfind('@') || at >= authority.size() ||
           !is_host_list(authority.substr(at + 1));
}

} // namespace

const std::string& require_database_url(const Settings& settings) {
    if (settings.database_url.empty()) {
        throw UsageError(
            "DATABASE_URL is not set",
            "set it to the database's connection string, such as postgresql://user@host/blast, in the "
            "environment or as database_url in the config file");
    }
    if (!is_connection_string(settings.database_url) ||
        would_show_password(settings.database_url)) {
        throw UsageError(
            "DATABASE_URL is not a connection string that can be understood",
            "in the user and the password of a URL write @ as %40, / as %2F, ? as %3F, # as %23, : as %3A and % as "
            "%25; put a value with blanks that follows a keyword in quotes ('...'); the port is a number");
    }
    return settings.database_url;
}

const std::vector<std::string>& require_devices(const Settings& settings, const std::string& flag) {
    if (settings.devices.empty()) {
        throw UsageError(
            "no sending device is set", flag.empty()
                                            ? "set WSAPME_DEVICE to the device's id"
                                            : fmt::format("set WSAPME_DEVICE or give {} ID", flag));
    }
    return settings.devices;
}

const std::string& require_hook_secret(const Settings& settings) {
    constexpr std::size_t shortest = 32;
    const auto unreserved = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~").find(c) != std::string_view::npos;
    };
    const std::string& secret = settings.hook_secret;
    if (secret.size() < shortest || !std::all_of(secret.begin(), secret.end(), unreserved)) {
        throw UsageError(
            secret.empty()
                ? "BLAST_HOOK_SECRET is not set"
                : "BLAST_HOOK_SECRET is shorter than 32 characters or has some that a URL cannot hold",
            "set it to at least 32 letters and digits, such as what `openssl rand -hex 32` prints");
    }
    return secret;
}

} // namespace blast
