// A gateway's time that cannot be the message's: a canned answer, a clock that was never set.
#include "blast/store/connection.hpp"
#include "blast/store/poll_store.hpp"
#include "blast/store/settle_work.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

#include <fmt/format.h>

using namespace blast;
using namespace blast::test;

namespace {

constexpr std::int64_t months_ago = 1'634'061'784; // the vendor's own example

struct Scene {
    TemporaryDatabase database;
    TrackedBlast blast{database};
    Connection connection{database.url()};

    std::int64_t now() {
        return std::stoll(database.value("SELECT floor(date_part('epoch', now()))"));
    }

    /// Records an accepted message as a sender does, with this time from the gateway.
    std::int64_t record(const std::string& message_id, std::optional<std::int64_t> time) {
        AttemptFixture attempt{"+6012345" + message_id, "SENDING"};
        attempt.ended_ago = -60;
        const std::int64_t id = blast.add(attempt);
        AcceptedMessage message;
        message.id = id;
        message.attempt =
            database.value(fmt::format("SELECT attempt_id FROM blast_outbox WHERE id = {}", id));
        message.device = "5850";
        message.message_id = message_id;
        message.message_timestamp = time;
        SettleRequest request;
        request.blast_id = blast.id();
        request.accepted.push_back(message);
        settle(connection, std::move(request));
        return id;
    }

    std::string timed_by(std::int64_t id) {
        return database.value(fmt::format(
            "SELECT timed_by || (CASE WHEN occurred_at > now() - interval '1 h' THEN ', lately' ELSE '' END)"
            " FROM status_history WHERE recipient_id = {}",
            id));
    }

    PollSurvey survey() {
        const Statement statement = survey_statement({blast.id()}, {});
        return read_survey(connection.execute(statement.sql, statement.parameters));
    }
};

} // namespace

TEST_CASE("the history says whose time a message was recorded with") {
    Scene scene;
    CHECK(scene.timed_by(scene.record("6001", scene.now() - 1)) == "gateway, lately");
    CHECK(scene.timed_by(scene.record("6002", std::nullopt)) == "us, lately");
    const std::int64_t canned = scene.record("6003", months_ago);
    CHECK(scene.timed_by(canned) == "us, lately");
    CHECK(scene.blast.column(canned, "message_timestamp") == std::to_string(months_ago));
}

TEST_CASE("when a message was accepted is decided once, and never later than it was recorded") {
    Scene scene;
    const auto accepted = [&](const std::string& message_id, std::optional<std::int64_t> time) {
        return scene.blast.column(
            scene.record(message_id, time),
            "CASE WHEN accepted_at = sent_at THEN 'when it was recorded' "
            "WHEN accepted_at = to_timestamp(message_timestamp) THEN 'when the gateway says' END");
    };
    CHECK(accepted("6001", scene.now() - 10) == "when the gateway says");
    CHECK(accepted("6002", scene.now() - std::int64_t{29} * 86'400) == "when the gateway says");
    CHECK(accepted("6003", scene.now() - std::int64_t{31} * 86'400) == "when it was recorded");
    CHECK(accepted("6004", scene.now() + 60) == "when it was recorded");
    CHECK(accepted("6005", std::nullopt) == "when it was recorded");
}

TEST_CASE("a message is as old as the gateway says, but not months older than its record") {
    Scene scene;
    const std::int64_t id = scene.record("6001", months_ago);
    CHECK(scene.survey().due == 1);
    const ClaimTerms terms{"6f0e0f3c-6a43-4b0e-9d5c-0c8f6a1e2b3d", std::chrono::seconds(40), {}};
    const Statement claim = claim_messages_statement(scene.blast.id(), {id}, terms);
    CHECK(
        read_claimed_messages(
            scene.blast.id(), scene.connection.execute(claim.sql, claim.parameters))
            .size() == 1);
    const std::int64_t old = scene.record("6002", scene.now() - std::int64_t{8} * 86'400);
    CHECK(scene.survey().moving == 1);
    CHECK(scene.blast.status(old) == "PENDING");
}
