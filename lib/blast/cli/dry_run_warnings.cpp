#include "blast/cli/dry_run_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

std::vector<std::string> dry_run_warnings(const SendOptions& options, WallTime now) {
    const TimeZone& zone = options.settings.timezone;
    std::vector<std::string> warnings;
    if (options.at && *options.at < now) {
        warnings.push_back(fmt::format(
            "--at {} has passed: the next `blast-send --due` would send it",
            zone.iso8601(*options.at)));
    }
    const WallTime begin = std::max(options.at.value_or(now), now);
    if (options.window && !options.window->is_open(begin, zone)) {
        warnings.push_back(fmt::format(
            "--window {} is closed {}: `blast-send --due` would send from {} on",
            options.window->text(), begin > now ? "then" : "now",
            zone.iso8601(options.window->next_opening(begin, zone))));
    }
    return warnings;
}

} // namespace blast
