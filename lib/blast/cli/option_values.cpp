#include "blast/cli/option_values.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

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

} // namespace blast
