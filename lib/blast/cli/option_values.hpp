#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blast {

struct Settings;

// Values of flags and arguments. `what` names the flag in errors.

/// A whole number within bounds, both included. Throws UsageError for anything else.
std::int64_t parse_whole_number(
    std::string_view text, std::string_view what, std::int64_t least, std::int64_t most);

/// A blast's id. Throws UsageError for anything but a number from 1.
std::int64_t parse_blast_id(std::string_view text, std::string_view what);

/// The same, or nothing for "latest". `what` is empty for an argument, which has no name.
std::optional<std::int64_t> parse_blast_or_latest(std::string_view text, std::string_view what);

/// Phones as people write them, as E.164, each once. Throws UsageError for the first that is none, with the reason.
std::vector<std::string>
parse_phones(const std::vector<std::string>& written, const Settings& settings);

/// A phone as a person writes it and as the database may know it: as E.164 first, and where it was written with its plus
/// also digit by digit, as WhatsApp has it where that is not libphonenumber's form (+5215512345678). Throws UsageError when
/// it is neither a phone nor digits after a plus.
std::vector<std::string> parse_known_phone(const std::string& written, const Settings& settings);

} // namespace blast
