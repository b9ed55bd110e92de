#include "blast/cli/progress.hpp"

#include "blast/cli/settings.hpp"
#include "blast/core/duration.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace blast {

namespace {

constexpr std::chrono::milliseconds redraw_gap{100};
constexpr const char* wipe_line = "\r\x1b[K";

} // namespace

Progress::Progress(const Settings& settings) : enabled_(settings.shows_progress()) {}

Progress::~Progress() {
    wipe();
}

void Progress::show(const std::string& text) {
    const Instant now = BootClock::now();
    if (!enabled_ || (shown_ && now - shown_at_ < redraw_gap)) {
        return;
    }
    shown_ = true;
    shown_at_ = now;
    const auto width = static_cast<std::size_t>(terminal_width(STDERR_FILENO));
    fmt::print(stderr, "{}{}", wipe_line, text.substr(0, width - 1));
    static_cast<void>(std::fflush(stderr));
}

void Progress::wipe() {
    if (!shown_) {
        return;
    }
    shown_ = false;
    fmt::print(stderr, "{}", wipe_line);
    static_cast<void>(std::fflush(stderr));
}

std::string with_thousands(std::int64_t count) {
    std::string digits = std::to_string(count);
    const std::size_t first = digits.front() == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string send_progress_text(
    std::int64_t sent,
    std::int64_t total,
    double per_second,
    std::int64_t failed,
    std::int64_t unconfirmed) {
    std::string text = fmt::format("sent {} of {}", with_thousands(sent), with_thousands(total));
    if (total > 0) {
        text += fmt::format(" ({}%)", sent * 100 / total);
    }
    if (per_second > 0) {
        const std::int64_t left = std::max<std::int64_t>(0, total - sent - failed - unconfirmed);
        const auto wait = std::chrono::milliseconds(
            static_cast<std::int64_t>(static_cast<double>(left) / per_second) * 1000);
        text += fmt::format(
            ", {:.{}f}/s, {} left", per_second, per_second < 10 ? 1 : 0, format_estimate(wait));
    }
    if (failed > 0) {
        text += fmt::format(", {} failed", with_thousands(failed));
    }
    if (unconfirmed > 0) {
        text += fmt::format(", {} unconfirmed", with_thousands(unconfirmed));
    }
    return text;
}

} // namespace blast
