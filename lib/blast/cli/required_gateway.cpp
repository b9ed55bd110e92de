// Apart from the other required settings, so that a tool that never speaks to the gateway does not load libcurl.
#include "blast/cli/required_settings.hpp"
#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/gateway/gateway_url.hpp"

#include <algorithm>

namespace blast {

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
