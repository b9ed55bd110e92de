#include "blast/cli/cost_in_time.hpp"

#include "blast/core/duration.hpp"
#include "blast/domain/pacing.hpp"
#include "blast/domain/send_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace blast {

namespace {

std::int64_t days_for(std::int64_t recipients, double per_day) {
    return std::max<std::int64_t>(
        1, static_cast<std::int64_t>(
               std::ceil(static_cast<double>(recipients) / std::max(1.0, per_day))));
}

} // namespace

CostInTime cost_in_time(const BlastSettings& settings, std::int64_t recipients) {
    CostInTime cost;
    const auto devices = static_cast<double>(settings.devices.size());
    const Rate rate = parse_rate(settings.rate, "--rate");
    if (rate.per_second) {
        cost.seconds = static_cast<double>(recipients) / *rate.per_second / devices;
        const std::chrono::duration<double> sending(*cost.seconds);
        cost.words = "about " + format_estimate(
                                    std::chrono::duration_cast<std::chrono::milliseconds>(sending));
    } else {
        cost.words = "as fast as the gateway takes it";
    }
    const char* by = "cap";
    if (settings.daily_cap) {
        cost.days = days_for(recipients, *settings.daily_cap * devices);
    }
    if (settings.window && rate.per_second) {
        const std::chrono::duration<double> open =
            SendWindow(*settings.window, "--window").open_each_day();
        const std::int64_t days =
            days_for(recipients, std::floor(*rate.per_second * open.count()) * devices);
        if (days > cost.days) {
            cost.days = days;
            by = "window";
        }
    }
    if (cost.days > 1) {
        cost.words += fmt::format(", over at least {} days by the {}", cost.days, by);
    }
    return cost;
}

} // namespace blast
