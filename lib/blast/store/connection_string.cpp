#include "blast/store/connection_string.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace blast {

namespace {

/// Host names, addresses, or folders of sockets, with commas between them.
bool are_hosts(std::string_view hosts) {
    constexpr std::string_view marks_of_urls = "@/?#[] ";
    while (!hosts.empty()) {
        const std::string_view host = hosts.substr(0, hosts.find(','));
        const bool socket = host.starts_with('/') || host.starts_with('@');
        if (!socket && host.find_first_of(marks_of_urls) != std::string_view::npos) {
            return false;
        }
        hosts.remove_prefix(std::min(host.size() + 1, hosts.size()));
    }
    return true;
}

bool is_plausible(const PQconninfoOption& option) {
    const std::string_view keyword = option.keyword;
    const std::string_view value = option.val == nullptr ? "" : option.val;
    if (keyword == "host" || keyword == "hostaddr") {
        return are_hosts(value);
    }
    if (keyword == "port") {
        return value.find_first_not_of("0123456789,") == std::string_view::npos;
    }
    return keyword != "dbname" || value.find_first_of("@:/") == std::string_view::npos;
}

} // namespace

bool is_connection_string(const std::string& text) {
    if (text.find_first_of("=:/@%? ") == std::string::npos) {
        return true; // the name of a database alone
    }
    char* words = nullptr; // they quote the value
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(text.c_str(), &words), &PQconninfoFree);
    PQfreemem(words);
    for (const PQconninfoOption* option = options.get();
         option != nullptr && option->keyword != nullptr; ++option) {
        if (!is_plausible(*option)) {
            return false;
        }
    }
    return options != nullptr;
}

} // namespace blast
