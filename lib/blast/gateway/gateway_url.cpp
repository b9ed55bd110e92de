#include "blast/gateway/gateway_url.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>

namespace blast {

namespace {

struct FreeUrl {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

/// A part of a URL, empty where it has none.
std::string part_of(const Url& url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) {
        return {};
    }
    std::string copy(text);
    curl_free(text);
    return copy;
}

} // namespace

std::string gateway_host(const std::string& url) {
    const Url parsed(curl_url());
    return curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK
               ? part_of(parsed, CURLUPART_HOST)
               : std::string();
}

bool is_loopback_host(const std::string& host) {
    in_addr address{};
    if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
        return (ntohl(address.s_addr) >> 24U) == 127;
    }
    return curl_strequal(host.c_str(), "localhost") != 0 || host == "[::1]";
}

std::string checked_gateway_url(const std::string& url) {
    const Url parsed(curl_url());
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
        throw UsageError(
            fmt::format("the gateway's address '{}' is not a URL", printable(url)),
            "set WSAPME_API_URL to one like https://api.wsapme.com");
    }
    if (!part_of(parsed, CURLUPART_USER).empty() || !part_of(parsed, CURLUPART_QUERY).empty() ||
        !part_of(parsed, CURLUPART_FRAGMENT).empty()) {
        throw UsageError(
            "the gateway's address holds a user, a query or a fragment",
            "set WSAPME_API_URL to scheme, host and port alone; the token goes into WSAPME_USER_TOKEN");
    }
    const std::string scheme = part_of(parsed, CURLUPART_SCHEME);
    const bool loopback = is_loopback_host(part_of(parsed, CURLUPART_HOST));
    if (scheme != "https" && !(scheme == "http" && loopback)) {
        throw UsageError(
            fmt::format("the gateway's address '{}' is not https", printable(url)),
            "plain http is for a loopback address only: the token would cross the network readable");
    }
    return url.back() == '/' ? url.substr(0, url.size() - 1) : url;
}

} // namespace blast
