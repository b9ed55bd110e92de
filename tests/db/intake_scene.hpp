#pragma once

#include "blast/gateway/webhook_event.hpp"
#include "blast/run/event_intake.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/batched_work.hpp"
#include "blast/store/connection.hpp"

#include "support/tracked_blast.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace blast::test {

inline constexpr int intake_slot = 9;

/// A database with one blast, and what the webhook takes in for it.
struct IntakeScene {
    explicit IntakeScene(AttributionRules attribution = {})
        : rules{std::move(attribution), OptOutWords(), intake_slot} {}

    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};
    IntakeRules rules;

    IntakeCounts take_in(const std::vector<std::string>& bodies) {
        std::vector<InboxEvent> events;
        for (const std::string& body : bodies) {
            for (InboxEvent& event : read_webhook(body))
                events.push_back(std::move(event));
        }
        EventIntake intake(rules, std::move(events));
        finish_work(intake, connection);
        return intake.counts();
    }

    std::int64_t retry(const RetryScope& scope = RetryScope::all()) {
        return retry_waiting(connection, intake_slot, scope);
    }

    std::int64_t now() {
        return std::stoll(database.value("SELECT floor(date_part('epoch', now()))"));
    }
    std::string states() {
        return database.value(
            "SELECT coalesce(string_agg(state, ' ' ORDER BY id), '') FROM webhook_inbox");
    }
};

/// A receipt as short as they come.
inline std::string receipt(const std::string& id, const std::string& status) {
    return fmt::format(R"({{"messageId":"{}","status":"{}"}})", id, status);
}

/// A receipt that is the whole document, with phone and time.
inline std::string document(const std::string& id, const std::string& digits, std::int64_t at) {
    return fmt::format(
        R"({{"data":{{"key":{{"remoteJid":"{}@s.whatsapp.net","fromMe":true,"id":"{}"}},"messageTimestamp":"{}","status":"DELIVERY_ACK"}}}})",
        digits, id, at);
}

/// What a person writes.
inline std::string message(
    const std::string& digits,
    const std::string& text,
    std::int64_t at,
    const std::string& receiver = "601140464720") {
    return fmt::format(
        R"({{"type":"text","message":"{}","from":"{}@c.us","timestamp":{},"dataReceiver":{{"jid":"{}@s.whatsapp.net"}}}})",
        text, digits, at, receiver);
}

} // namespace blast::test
