#include "unit/simulation/journal.hpp"

#include <array>

namespace blast::simulation {

namespace {

double milliseconds_of(Instant instant) {
    return std::chrono::duration<double, std::milli>(instant.time_since_epoch()).count();
}

std::string text_of(const Settle& settle) {
    std::string text;
    for (const Settlement& settlement : settle.settlements)
        text += fmt::format(
            " {}@{}:{}", settlement.id, describe(settlement.attempt), describe(settlement.verdict));
    for (const AttemptId& attempt : settle.releases)
        text += fmt::format(" release {}", describe(attempt));
    return text;
}

struct EventText {
    std::string operator()(const ClaimAnswered& event) const {
        std::string text = fmt::format(
            "ClaimAnswered slots {} next {:.3f} ms blocked {:.3f} ms{}{} rows", event.slots,
            milliseconds_of(event.next_slot), milliseconds_of(event.blocked_until),
            event.capped ? " capped" : "", event.slow ? " slow" : "");
        for (const ClaimedRow& row : event.rows)
            text += fmt::format(" {}", row.id);
        return text;
    }
    std::string operator()(const ClaimLost&) const { return "ClaimLost"; }
    std::string operator()(const ClaimRejected&) const { return "ClaimRejected"; }
    std::string operator()(const AttemptReadBack& event) const {
        std::string text = "AttemptReadBack";
        for (const std::int64_t id : event.ids)
            text += fmt::format(" {}", id);
        return text;
    }
    std::string operator()(const QueryLost&) const { return "QueryLost"; }
    std::string operator()(const Heard& event) const {
        std::string text = "Heard";
        for (const std::int64_t id : event.unwanted)
            text += fmt::format(" {} is unwanted", id);
        return text;
    }
    std::string operator()(const PostEnded& event) const {
        return fmt::format("PostEnded {} {}", event.id, describe(event.verdict));
    }
    std::string operator()(const Settled&) const { return "Settled"; }
    std::string operator()(const SettleLost&) const { return "SettleLost"; }
    std::string operator()(const QueueChecked& event) const {
        return fmt::format(
            "QueueChecked queued {}{}", event.queued,
            event.next_due ? fmt::format(" due in {} ms", event.next_due->count()) : "");
    }
    std::string operator()(const ClaimsReady&) const { return "ClaimsReady"; }
    std::string operator()(const RecordsReady&) const { return "RecordsReady"; }
    std::string operator()(const ClaimsAway&) const { return "ClaimsAway"; }
    std::string operator()(const RecordsAway&) const { return "RecordsAway"; }
    std::string operator()(const StopRequested& event) const {
        return fmt::format("StopRequested {}", describe(event.reason));
    }
    std::string operator()(const Tick&) const { return "Tick"; }
};

struct CommandText {
    std::string operator()(const Claim& claim) const {
        return fmt::format(
            "Claim {} device {} limit {} after {}", describe(claim.attempt), claim.device,
            claim.limit, claim.after);
    }
    std::string operator()(const ReadBackAttempt& command) const {
        return fmt::format("ReadBackAttempt {}", describe(command.attempt));
    }
    std::string operator()(const CheckQueue&) const { return "CheckQueue"; }
    std::string operator()(const Listen& command) const {
        return fmt::format("Listen for {}", command.ids.size());
    }
    std::string operator()(const Post& post) const {
        return fmt::format("Post {}@{} device {}", post.id, describe(post.attempt), post.device);
    }
    std::string operator()(const Settle& settle) const { return "Settle" + text_of(settle); }
    std::string operator()(const Finish& finish) const {
        return fmt::format(
            "Finish {}, unsettled:{}", describe(finish.reason), text_of(finish.unsettled));
    }
};

} // namespace

std::string describe(const SendEvent& event) {
    return std::visit(EventText{}, event);
}

std::string describe(const SendCommand& command) {
    return std::visit(CommandText{}, command);
}

std::string describe(const AttemptId& attempt) {
    return std::string(attempt.view().substr(0, 6));
}

const char* describe(SendVerdict verdict) {
    constexpr std::array<const char*, 8> names{"accepted",    "refused",   "unconfirmed",
                                               "unreachable", "throttled", "unauthorized",
                                               "forbidden",   "not_begun"};
    return names.at(static_cast<std::size_t>(verdict));
}

const char* describe(SendStop reason) {
    constexpr std::array<const char*, 10> names{
        "done",          "hung_up",      "interrupted",  "terminated",   "daily_cap",
        "window_closed", "circuit_open", "unauthorized", "gateway_away", "database_away"};
    return names.at(static_cast<std::size_t>(reason));
}

} // namespace blast::simulation
