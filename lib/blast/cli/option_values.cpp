#include "blast/cli/option_values.hpp"

#include "blast/cli/settings.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/jid.hpp"
#include "blast/domain/phone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace blast {

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && parsed == end ? std::optional(value) : std::nullopt;
}

[[noreturn]] void refuse_phone(const std::string& written, const ParsedPhone& phone) {
    throw UsageError(
        fmt::format("'{}' is not a phone number ({})", printable(written, 60), phone.problem),
        "write it in quotes, such as '012-345 6789' or +60123456789");
}

} // namespace

std::int64_t parse_whole_number(
    std::string_view text, std::string_view what, std::int64_t least, std::int64_t most) {
    const std::optional<std::int64_t> value = whole_number(text);
    if (!value || *value < least || *value > most) {
        throw UsageError(
            fmt::format(
                "{}: '{}' is not a number from {} to {}", what, printable(text), least, most),
            "give a whole number in that range");
    }
    return *value;
}

std::int64_t parse_blast_id(std::string_view text, std::string_view what) {
    const std::optional<std::int64_t> id = whole_number(text);
    if (!id || *id < 1) {
        throw UsageError(
            fmt::format("{}: '{}' is not the id of a blast", what, printable(text)),
            "`blast-report --list` shows the blasts with their ids");
    }
    return *id;
}

std::optional<std::int64_t> parse_blast_or_latest(std::string_view text, std::string_view what) {
    if (text == "latest") {
        return std::nullopt;
    }
    const std::optional<std::int64_t> id = whole_number(text);
    if (!id || *id < 1) {
        throw UsageError(
            fmt::format("{}{}'{}' is not a blast", what, what.empty() ? "" : ": ", printable(text)),
            "give its number, as in blast-report --list, or latest");
    }
    return id;
}

std::vector<std::string>
parse_phones(const std::vector<std::string>& written, const Settings& settings) {
    const PhoneParser parser(settings.region);
    std::vector<std::string> phones;
    for (const std::string& text : written) {
        ParsedPhone phone = parser.parse(text);
        if (!phone.valid()) {
            refuse_phone(text, phone);
        }
        if (std::find(phones.begin(), phones.end(), phone.e164) == phones.end()) {
            phones.push_back(std::move(phone.e164));
        }
    }
    return phones;
}

std::vector<std::string> parse_known_phone(const std::string& written, const Settings& settings) {
    const ParsedPhone phone = PhoneParser(settings.region).parse(written);
    std::vector<std::string> forms;
    if (phone.valid()) {
        forms.push_back(phone.e164);
    }
    const PhoneSpelling spelling = read_phone_spelling(written);
    const std::string by_digits = parse_jid(spelling.digits + "@s.whatsapp.net").phone;
    if (spelling.problem.empty() && spelling.international && !by_digits.empty() &&
        by_digits != phone.e164) {
        forms.push_back(by_digits);
    }
    if (forms.empty()) {
        refuse_phone(written, phone);
    }
    return forms;
}

} // namespace blast
