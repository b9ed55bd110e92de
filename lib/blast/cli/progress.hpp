#pragma once

#include "blast/core/clock.hpp"

#include <cstdint>
#include <string>

namespace blast {

struct Settings;

/// One line on standard error that is drawn over again, at most ten times a second, only where a person looks
/// (Settings::shows_progress). Wiped when the object is destroyed. One thread.
class Progress {
public:
    explicit Progress(const Settings& settings);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;

    /// Cut to the terminal's width. Dropped when the last one is younger than 100 ms.
    void show(const std::string& text);
    /// Before other lines are written to the terminal.
    void wipe();

private:
    bool enabled_;
    bool shown_ = false;
    Instant shown_at_{};
};

/// "1,234".
std::string with_thousands(std::int64_t count);

/// "sent 1,234 of 20,000 (6%), 812/s, 23s left, 2 failed".
std::string send_progress_text(
    std::int64_t sent,
    std::int64_t total,
    double per_second,
    std::int64_t failed,
    std::int64_t unconfirmed);

} // namespace blast
