#include "blast/domain/jid.hpp"

#include <algorithm>

namespace blast {

namespace {

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// E.164 allows 15 digits; no country has numbers of fewer than 7 with their calling code, and no code begins with 0.
bool is_phone(std::string_view digits) {
    constexpr std::size_t fewest = 7;
    constexpr std::size_t most = 15;
    return is_number(digits) && digits.size() >= fewest && digits.size() <= most &&
           digits[0] != '0';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view without_blanks_around(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// The user part of a person's JID: digits, with or without a plus, and for one of a person's devices a colon and the
/// device's number.
Jid person(std::string_view user) {
    if (user.starts_with('+')) {
        user.remove_prefix(1);
    }
    constexpr std::size_t longest_device = 5;
    const std::size_t colon = user.find(':');
    const std::string_view digits = user.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view device = user.substr(colon + 1);
        if (!is_number(device) || device.size() > longest_device) {
            return {};
        }
    }
    if (!is_phone(digits)) {
        return {};
    }
    return {JidKind::person, '+' + std::string(digits)};
}

} // namespace

Jid parse_jid(std::string_view text) {
    const std::string_view address = without_blanks_around(text);
    const std::size_t at = address.find('@');
    const std::string_view user = address.substr(0, at);
    if (user.empty()) {
        return {};
    }
    if (at == std::string_view::npos) {
        return person(user);
    }
    std::string server(address.substr(at + 1));
    std::transform(server.begin(), server.end(), server.begin(), lower);
    if (server == "s.whatsapp.net" || server == "c.us") {
        return person(user);
    }
    if (server == "g.us") {
        return {JidKind::group, {}};
    }
    if (server == "lid") {
        return {JidKind::hidden, {}};
    }
    return {};
}

} // namespace blast
