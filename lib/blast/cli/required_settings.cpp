#include "blast/cli/required_settings.hpp"

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"

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

} // namespace blast
