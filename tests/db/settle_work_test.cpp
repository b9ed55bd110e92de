#include "blast/store/settle_work.hpp"

#include "blast/core/random.hpp"
#include "blast/store/blast_store.hpp"
#include "blast/store/connection.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

using namespace blast;
using blast::test::AttemptFixture;
using blast::test::counter_mistake;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;

namespace {

/// A blast whose recipients are claimed by one attempt, unless a test says otherwise.
struct Settling {
    std::int64_t claimed(const std::string& state = "SENDING") {
        AttemptFixture row;
        row.phone = "+6012" + std::to_string(next_phone++);
        row.state = state;
        const std::int64_t id = blast.add(row);
        change(id, "attempt_id = '" + attempt + "'");
        return id;
    }

    void change(std::int64_t id, const std::string& assignments) {
        database.query(
            "UPDATE blast_outbox SET " + assignments + " WHERE id = " + std::to_string(id));
    }

    AcceptedMessage accepted(std::int64_t id, const std::string& message_id) const {
        AcceptedMessage message;
        message.id = id;
        message.attempt = attempt;
        message.device = "5850";
        message.message_id = message_id;
        message.message_timestamp = 1'768'716'040;
        return message;
    }

    void settle(std::vector<AcceptedMessage> accepted, std::vector<EndedAttempt> ended = {}) {
        SettleRequest request;
        request.blast_id = blast.id();
        request.accepted = std::move(accepted);
        request.ended = std::move(ended);
        blast::settle(connection, std::move(request));
        CHECK(counter_mistake(database).empty());
    }

    void release(const std::string& attempt_id) {
        SettleRequest request;
        request.blast_id = blast.id();
        request.releases = {attempt_id};
        blast::settle(connection, std::move(request));
        CHECK(counter_mistake(database).empty());
    }

    /// "RECORDED", or the state in the outbox.
    std::string state(std::int64_t id) {
        return database.value(
            "SELECT coalesce((SELECT 'RECORDED' FROM blast_recipients WHERE id = " +
            std::to_string(id) +
            "), (SELECT state FROM blast_outbox WHERE id = " + std::to_string(id) + "))");
    }

    TemporaryDatabase database;
    Connection connection{database.url()};
    TrackedBlast blast{database};
    Random random{11};
    std::string attempt = random.uuid();
    std::string other_attempt = random.uuid();
    int next_phone = 3'000'000;
};

} // namespace

TEST_CASE("Only the attempt that holds a recipient may settle it") {
    Settling s;
    const std::int64_t first = s.claimed();
    const std::int64_t second = s.claimed();
    for (const std::int64_t id : {first, second})
        s.change(id, "attempt_id = '" + s.other_attempt + "'");
    s.settle({s.accepted(first, "A1")}, {{second, s.attempt, "FAILED", "no", 0}});
    s.release(s.attempt);
    CHECK(s.state(first) == "SENDING");
    CHECK(s.state(second) == "SENDING");
    s.release(s.other_attempt);
    CHECK(s.state(first) == "QUEUED");
}

TEST_CASE(
    "Who has opted out or was cancelled while being sent to is DROPPED instead of queued again") {
    Settling s;
    const std::int64_t opted_out = s.claimed();
    const std::int64_t cancelled = s.claimed();
    const std::int64_t doubtful = s.claimed();
    const std::int64_t wanted = s.claimed();
    const std::int64_t unseen = s.claimed();
    s.database.query(
        "INSERT INTO opt_outs (phone_number, source) SELECT phone_number, 'manual' FROM blast_outbox WHERE id = " +
        std::to_string(opted_out));
    for (const std::int64_t id : {cancelled, doubtful, unseen})
        s.change(id, "drop_reason = 'cancelled'");
    s.change(unseen, "attempt_id = '" + s.other_attempt + "'");
    const Statement unwanted =
        unwanted_statement(s.blast.id(), {opted_out, cancelled, doubtful, wanted});
    CHECK(
        read_unwanted(s.connection.execute(unwanted.sql, unwanted.parameters)) ==
        std::vector<std::int64_t>{opted_out, cancelled, doubtful});
    s.settle(
        {}, {{opted_out, s.attempt, "QUEUED", "", 0},
             {cancelled, s.attempt, "QUEUED", "", 0},
             {doubtful, s.attempt, "UNCONFIRMED", "", 0},
             {wanted, s.attempt, "QUEUED", "", 0}});
    s.release(s.other_attempt);
    CHECK(s.state(opted_out) == "DROPPED");
    CHECK(s.state(cancelled) == "DROPPED");
    CHECK(s.state(doubtful) == "UNCONFIRMED");
    CHECK(s.state(wanted) == "QUEUED");
    CHECK(s.state(unseen) == "DROPPED");
    CHECK(s.blast.history(cancelled) == "DROPPED/send");
    CHECK(
        s.database.value(
            "SELECT string_agg(DISTINCT last_error, ', ' ORDER BY last_error) FROM blast_outbox "
            "WHERE state = 'DROPPED'") == "cancelled, opted out");
}

TEST_CASE(
    "A probe's record closes the circuit that its run was told of, and undoes no other stop") {
    Settling s;
    const auto stop = [&](const std::string& who) {
        s.database.query(
            "UPDATE blasts SET stopped_by = " + who + ", stopped_at = clock_timestamp()");
        return load_blast(s.connection, s.blast.id())->stopped_at;
    };
    const auto stopped_by = [&] { return load_blast(s.connection, s.blast.id())->stopped_by; };
    const auto close_circuit = [&](const std::string& opened_at) {
        SettleRequest request;
        request.blast_id = s.blast.id();
        request.accepted = {s.accepted(s.claimed(), s.random.uuid())};
        request.closes_circuit = opened_at;
        blast::settle(s.connection, std::move(request));
    };
    const std::string opened_at = stop("'circuit'");
    s.settle({s.accepted(s.claimed(), "A1")}); // by a run that was told of no circuit
    CHECK(stopped_by() == "circuit");
    close_circuit(opened_at);
    CHECK(stopped_by().empty());
    stop("'circuit'"); // opened again, by another run
    close_circuit(opened_at);
    CHECK(stopped_by() == "circuit");
    close_circuit(stop("'person'"));
    CHECK(stopped_by() == "person");
}

TEST_CASE("A settlement that is run twice changes nothing the second time") {
    Settling s;
    const std::int64_t sent = s.claimed();
    const std::int64_t refused = s.claimed();
    const std::int64_t back = s.claimed();
    for (int run = 0; run < 2; ++run) {
        s.settle(
            {s.accepted(sent, "A1")},
            {{refused, s.attempt, "FAILED", "no", 0}, {back, s.attempt, "QUEUED", "", 0}});
        CHECK(s.state(sent) == "RECORDED");
        CHECK(s.state(refused) == "FAILED");
        CHECK(s.state(back) == "QUEUED");
    }
    CHECK(s.database.value("SELECT count(*) FROM status_history WHERE status = 'PENDING'") == "1");
    CHECK(s.database.value("SELECT count(*) FROM status_history WHERE status = 'FAILED'") == "1");
}

TEST_CASE(
    "A late answer records who became UNCONFIRMED, and cancels a resend that nobody claimed") {
    Settling s;
    const std::int64_t swept = s.claimed();
    const std::int64_t resent = s.claimed();
    for (const std::int64_t id : {swept, resent})
        s.change(id, "lease_until = now() - interval '1 s'");
    REQUIRE(expire_leases(s.connection, s.blast.id()) == 2);
    CHECK(s.state(swept) == "UNCONFIRMED");
    s.settle({s.accepted(swept, "A1")});
    CHECK(s.state(swept) == "RECORDED");
    REQUIRE(requeue(s.connection, s.blast.id(), "UNCONFIRMED") == 1);
    CHECK(s.state(resent) == "QUEUED");
    s.settle({s.accepted(resent, "A2")});
    CHECK(s.state(resent) == "RECORDED");
}

TEST_CASE(
    "A late answer to whom another attempt has claimed again is noted, and takes nothing away") {
    Settling s;
    const std::int64_t id = s.claimed();
    s.change(id, "attempt_id = '" + s.other_attempt + "'");
    s.settle({s.accepted(id, "FIRST")});
    CHECK(s.state(id) == "SENDING");
    CHECK(
        s.database.value("SELECT message_id FROM status_history WHERE message_id = 'FIRST'") ==
        "FIRST");
    AcceptedMessage second = s.accepted(id, "SECOND");
    second.attempt = s.other_attempt;
    s.settle({second});
    CHECK(s.blast.column(id, "message_id") == "SECOND");
}

TEST_CASE("A message id that another recipient has sinks nobody: its recipient is in doubt") {
    Settling s;
    const std::int64_t first = s.claimed();
    const std::int64_t twin = s.claimed();
    const std::int64_t third = s.claimed();
    s.settle({s.accepted(first, "SAME")});
    s.settle({s.accepted(twin, "SAME"), s.accepted(third, "OTHER")});
    CHECK(s.state(first) == "RECORDED");
    CHECK(s.state(twin) == "UNCONFIRMED");
    CHECK(
        s.database.value("SELECT last_error FROM blast_outbox") ==
        "the gateway gave it the message id of another recipient");
    CHECK(s.state(third) == "RECORDED");
}

TEST_CASE("Of two that get one message id together, one is recorded and the other in doubt") {
    Settling s;
    const std::int64_t one = s.claimed();
    const std::int64_t other = s.claimed();
    s.settle({s.accepted(one, "SAME"), s.accepted(other, "SAME")});
    CHECK((s.state(one) == "RECORDED") != (s.state(other) == "RECORDED"));
    CHECK(
        s.database.value("SELECT state || ': ' || last_error FROM blast_outbox") ==
        "UNCONFIRMED: the gateway gave it the message id of another recipient");
}

TEST_CASE(
    "A row that the database refuses sinks nobody else, and is recorded without what it refuses") {
    for (const std::size_t others : {std::size_t{1}, std::size_t{6}}) {
        CAPTURE(others);
        Settling s;
        std::vector<AcceptedMessage> messages;
        std::vector<EndedAttempt> ended;
        const std::int64_t poisoned = s.claimed();
        messages.push_back(s.accepted(poisoned, "POISON"));
        messages.back().data = R"({"text":"\u0000"})";
        for (std::size_t i = 0; i < others; ++i)
            ended.push_back({s.claimed(), s.attempt, "FAILED", "no", 0});
        for (std::size_t i = 1; i < others; ++i)
            messages.push_back(s.accepted(s.claimed(), "GOOD" + std::to_string(i)));
        s.settle(messages, ended);
        for (const AcceptedMessage& message : messages)
            CHECK(s.state(message.id) == "RECORDED");
        for (const EndedAttempt& end : ended)
            CHECK(s.state(end.id) == "FAILED");
    }
}

TEST_CASE("A late answer records who was dropped meanwhile, under the attempt that is still his") {
    Settling s;
    const std::int64_t dropped = s.claimed("DROPPED");
    const std::int64_t others = s.claimed("DROPPED");
    s.change(others, "attempt_id = '" + s.other_attempt + "'");
    s.settle({s.accepted(dropped, "A1"), s.accepted(others, "A2")});
    CHECK(s.state(dropped) == "RECORDED");
    CHECK(s.state(others) == "DROPPED");
    CHECK(
        s.database.value("SELECT detail FROM status_history WHERE message_id = 'A2'") ==
        "an earlier attempt, accepted after it was resent");
}

TEST_CASE("A late answer of whom the database does not know, or who was erased, leaves no trace") {
    Settling s;
    const std::int64_t erased = s.claimed("UNCONFIRMED");
    s.change(erased, "attempt_id = NULL, phone_number = NULL, erased_at = now()");
    s.settle({s.accepted(erased, "A1"), s.accepted(erased + 1000, "A2")});
    CHECK(s.state(erased) == "UNCONFIRMED");
    CHECK(
        s.database.value("SELECT count(*) FROM status_history WHERE message_id IS NOT NULL") ==
        "0");
}
