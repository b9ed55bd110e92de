#include "blast/cli/required_settings.hpp"

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/gateway/gateway_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

const std::string& require_database_url(const Settings& settings) {
    if (settings.database_url.empty()) {
        throw UsageError(
            "DATABASE_URL is not set",
            "set it to the database's connection string, such as postgresql://user@host/blast, in the "
            "environment or as database_url in the config file");
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

GatewaySettings require_gateway(const Settings& settings, std::size_t concurrency) {
    if (settings.token.empty()) {
        throw UsageError(
            "WSAPME_USER_TOKEN is not set",
            "set it to the token from WSAPME's dashboard, in the environment or as wsapme_user_token in the "
            "config file");
    }
    // It becomes a header's value: a line break in it would begin another header.
    const bool visible = std::all_of(
        settings.token.begin(), settings.token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!visible) {
        throw UsageError(
            "WSAPME_USER_TOKEN holds blanks or characters that no token has",
            "copy the token again, without line breaks or quotes");
    }
    return {checked_gateway_url(settings.api_url), settings.token, settings.ca_file, concurrency};
}

} // namespace blast
