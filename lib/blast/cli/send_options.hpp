#pragma once

#include "blast/cli/settings.hpp"
#include "blast/core/clock.hpp"
#include "blast/domain/pacing.hpp"
#include "blast/domain/send_window.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

struct Invocation;

enum class SendMode { csv, from_blast, resume, due };

/// A message template as the command line gives it.
struct MessageText {
    std::string text;
    std::string origin; ///< "--message", or the file's name
};

/// What blast-send is asked to do.
struct SendOptions {
    Settings settings;
    SendMode mode = SendMode::csv;

    std::string csv; ///< file, or "-"
    std::string phone_column;
    std::vector<MessageText> messages;
    std::string tag;
    std::string stage = "Initial";
    bool again = false;
    bool skip_invalid = false;
    std::string rejects;
    bool dry_run = false;
    std::string test_phone; ///< as it was written
    std::optional<WallTime> at;

    std::int64_t from_blast = 0;
    std::string stuck; ///< a status or state, upper case
    std::chrono::milliseconds older_than{0};

    std::optional<std::int64_t> resume; ///< nothing: latest
    bool retry_failed = false;
    bool resend_unconfirmed = false;

    // Kept with the blast; nothing where neither the command line nor the config file says it.
    std::optional<std::vector<std::string>> devices;
    std::optional<Rate> rate;
    std::optional<int> jitter_percent;
    std::optional<int> daily_cap;
    std::optional<SendWindow> window;

    std::size_t concurrency = 8;
    std::chrono::milliseconds timeout{25'000};
    bool yes = false;
};

/// Reads blast-send's command line. Message files are read here. Throws UsageError for what cannot be right and for flags
/// that do not go together, TextRequested for --help and --version.
SendOptions parse_send_options(const Invocation& invocation);

} // namespace blast
