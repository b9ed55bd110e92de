#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/pooler.hpp"
#include "support/temporary_database.hpp"

#include <algorithm>

using blast::test::Pooler;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TrialSettings;

namespace {

constexpr std::size_t recipients = 8;

/// What becomes of a recipient whose request met a fault.
struct Expectation {
    std::string fault;
    std::string state;     ///< of the one who met it
    bool accepted = false; ///< the journal has the message
    int exit_code = 1;
    std::size_t met = 2; ///< by how many, before the run stopped
};

TrialSettings one_at_a_time(const std::string& tag, const std::string& url) {
    TrialSettings settings;
    settings.environment = {{"DATABASE_URL", url}};
    settings.tag = tag;
    settings.recipients = recipients;
    settings.flags = {"--rate", "max", "--concurrency", "1", "--timeout", "2s"};
    return settings;
}

/// The first request goes over a fresh connection, the fifth over one that was used before.
std::vector<std::string> fresh_and_reused(const std::string& fault) {
    return {"--fault", fault + "@1", "--fault", fault + "@5", "--slow-for", "4s"};
}

/// One sender at a gateway of its own that has the fault.
class Meeting {
public:
    /// `url` may be that of a pooler before the database.
    Meeting(const TemporaryDatabase& database, const std::string& url, const Expectation& expected)
        : expected_(expected),
          simulator_(fresh_and_reused(expected.fault)),
          trial_(database.url(), simulator_, one_at_a_time(expected.fault, url)),
          sender_(trial_.command(), trial_.environment()) {}

    void check_outcome() {
        const ProcessResult result = sender_.wait();
        INFO(result.err);
        CHECK(result.exit_code == expected_.exit_code);
        trial_.check_books();
        if (expected_.state == "RECORDED")
            CHECK(trial_.count("RECORDED") == recipients);
        else
            CHECK(trial_.count(expected_.state) == expected_.met);
        const std::size_t unaccepted = expected_.accepted ? 0 : expected_.met;
        CHECK(trial_.journal().size() == recipients - unaccepted);
    }

private:
    const Expectation& expected_;
    Simulator simulator_;
    SendTrial trial_;
    Process sender_;
};

/// Senders of one blast over connections that die after the message was taken.
void send_over_dying_connections(const TemporaryDatabase& database, const std::string& url) {
    const Simulator simulator({"--fault", "reset-after=0.15", "--seed", "7", "--delay", "2ms"});
    TrialSettings settings;
    settings.recipients = 400;
    settings.flags = {"--rate", "max", "--concurrency", "8"};
    settings.environment = {{"DATABASE_URL", url}};
    const SendTrial trial(database.url(), simulator, settings);
    trial.start().wait();
    trial.complete();
    trial.check_books();
    CHECK(trial.count("UNCONFIRMED") > 0);
    CHECK(trial.journal().size() == settings.recipients);
}

void lose_gateway_for_a_while(const TemporaryDatabase& database, const std::string& url) {
    constexpr std::size_t concurrency = 4;
    Simulator simulator({"--delay", "10ms"});
    TrialSettings settings;
    settings.recipients = 600;
    settings.environment = {{"DATABASE_URL", url}};
    const SendTrial trial(database.url(), simulator, settings);
    Process sender = trial.start();
    trial.wait_for_accepted(40, sender);
    REQUIRE(sender.running());
    simulator.kill();
    blast::test::linger(std::chrono::milliseconds(800));
    CHECK(sender.running());
    simulator.start();
    const ProcessResult result = sender.wait();
    INFO(result.err);
    CHECK((result.exit_code == 0 || result.exit_code == 1));
    trial.check_books();
    // The kernel closes the connections of a process one after another, its listening socket not first: one more may be
    // let in, and nothing that answers was found yet.
    constexpr std::size_t let_in = 1;
    CHECK(trial.count("UNCONFIRMED") <= concurrency + let_in);
    CHECK(trial.count("RECORDED") + trial.count("UNCONFIRMED") == settings.recipients);
}

} // namespace

TEST_CASE(
    "A gateway's answer or silence becomes the outcome that is known for sure, also through PgBouncer") {
    const bool accepted = true;
    const std::vector<Expectation> table{
        {"http-500", "UNCONFIRMED"},
        {"http-503", "UNCONFIRMED"},
        {"html-502", "UNCONFIRMED"},
        {"http-408", "UNCONFIRMED"},
        {"http-302", "UNCONFIRMED"},
        {"refused", "FAILED"},
        {"http-400", "FAILED"},
        {"http-403", "FAILED"},
        {"http-404", "FAILED"},
        {"http-422", "FAILED"},
        {"reset-before", "UNCONFIRMED"},
        {"reset-after", "UNCONFIRMED", accepted},
        {"slow", "UNCONFIRMED", accepted},
        {"garbage", "UNCONFIRMED", accepted},
        {"empty", "UNCONFIRMED", accepted},
        {"no-id", "UNCONFIRMED", accepted},
        {"accepted-500", "RECORDED", accepted, 0, 0},
        {"http-425", "RECORDED", accepted, 0, 0},
        {"http-429", "RECORDED", accepted, 0, 0},
        {"http-401", "QUEUED", false, 3, recipients},
    };
    const TemporaryDatabase database;
    const TemporaryDatabase behind; // a device that one of them slows down is not the other's
    const Pooler pooler(behind.url());
    for (const Expectation& expected : table) {
        INFO(expected.fault);
        Meeting direct(database, database.url(), expected);
        Meeting pooled(behind, pooler.url(), expected);
        direct.check_outcome();
        pooled.check_outcome();
    }
}

TEST_CASE(
    "Connections that die after the message was taken make no second message, nor through PgBouncer") {
    const TemporaryDatabase database;
    send_over_dying_connections(database, database.url());
    const TemporaryDatabase behind;
    send_over_dying_connections(behind, Pooler(behind.url()).url());
}

TEST_CASE(
    "A gateway that goes away and comes back stops nothing, and only what it had in hand is in doubt") {
    const TemporaryDatabase database;
    lose_gateway_for_a_while(database, database.url());
    const TemporaryDatabase behind;
    lose_gateway_for_a_while(behind, Pooler(behind.url()).url()); // through PgBouncer too
}
