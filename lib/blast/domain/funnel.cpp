#include "blast/domain/funnel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace blast {

namespace {

double share_of(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

FunnelStage stage_after(
    const FunnelStage& previous, std::string_view name, std::int64_t count, std::int64_t sent) {
    FunnelStage stage;
    stage.name = name;
    stage.count = count;
    stage.share = share_of(count, sent);
    stage.lost = std::max<std::int64_t>(previous.count - count, 0);
    stage.drop_off = share_of(stage.lost, previous.count);
    return stage;
}

} // namespace

std::vector<FunnelStage> funnel_stages(const BlastCounts& counts) {
    const std::int64_t sent = counts.sent();
    std::vector<FunnelStage> stages;
    stages.push_back({"Sent", sent, share_of(sent, sent), 0, 0, std::nullopt});
    stages.push_back(stage_after(stages.back(), "Received", counts.received(), sent));
    stages.back().stuck_at = Status::pending;
    stages.push_back(stage_after(stages.back(), "Read", counts.read(), sent));
    stages.back().stuck_at = Status::delivery_ack;
    stages.push_back(stage_after(stages.back(), "Replied", counts.replied, sent));
    stages.back().stuck_at = Status::read_ack;
    if (counts.closed > 0) {
        stages.push_back(stage_after(stages.back(), "Closed", counts.closed, sent));
    }
    return stages;
}

std::string percentage(std::int64_t part, std::int64_t whole) {
    if (whole == 0) {
        return "-";
    }
    constexpr double most_below_all = 99.9;
    constexpr double least_shown = 0.1;
    const double percent = 100 * share_of(part, whole);
    if (part > 0 && percent < least_shown / 2) {
        return "<0.1%";
    }
    if (part < whole && percent > most_below_all) {
        return fmt::format("{:.1f}%", most_below_all);
    }
    return fmt::format("{:.1f}%", percent);
}

} // namespace blast
