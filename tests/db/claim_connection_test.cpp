#include "blast/run/claim_connection.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/tracked_blast.hpp"

#include <algorithm>
#include <variant>

using namespace blast;
using blast::test::AttemptFixture;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;
using blast::test::wait_until;

namespace {

/// A run's connection for claims, at 100 a second without jitter.
struct Claiming {
    Claiming() {
        database.query("INSERT INTO devices (device) VALUES ('5850')");
        for (int i = 0; i < 500; ++i) {
            AttemptFixture row;
            row.phone = "+6012" + std::to_string(3'000'000 + i);
            row.state = "QUEUED";
            row.attempted = false;
            blast.add(row);
        }
        run_until_told<ClaimsReady>();
    }

    SendPlan plan() const {
        SendPlan plan;
        plan.blast_id = blast.id();
        plan.database_url = database.url();
        plan.devices = {"5850"};
        plan.slots = SlotPlan(100, 0);
        return plan;
    }

    template <typename Event>
    void run_until_told() {
        told = Tick{};
        while (std::holds_alternative<Tick>(told))
            loop.run_once();
        REQUIRE(std::holds_alternative<Event>(told));
    }

    void claim() {
        Claim claim;
        claim.limit = 50;
        const std::string uuid = random.uuid();
        std::copy(uuid.begin(), uuid.end(), claim.attempt.text.begin());
        lane.execute(claim);
        run_until_told<ClaimAnswered>();
    }

    TemporaryDatabase database;
    TrackedBlast blast{database};
    SendPlan settings = plan();
    Random random{1};
    EventLoop loop;
    ClaimedRecipients in_hand;
    SendEvent told = Tick{};
    ClaimConnection lane{loop, settings, random, in_hand, [this](const SendEvent& event) {
                             if (std::holds_alternative<Tick>(told))
                                 told = event;
                         }};
};

} // namespace

TEST_CASE("A run that claims alone loses no slot to a claim that comes a moment late", "[alone]") {
    Claiming claiming;
    const auto ask = [&](const std::string& expression) {
        return claiming.database.value("SELECT " + expression + " FROM devices");
    };
    // On a machine that stands still for a quarter of a second between two claims the slots are lost after all: then again.
    wait_until("a late claim that goes on from the slot before", [&] {
        claiming.claim();
        const std::string next = ask("next_slot_at");
        wait_until("the slot to pass", [&] {
            return ask("clock_timestamp() > next_slot_at + interval '20 ms'") == "t";
        });
        claiming.claim();
        const std::string moved = "(next_slot_at - timestamptz '" + next + "')";
        const std::string microseconds = "extract(epoch FROM " + moved + ") * 1000000";
        return ask(moved + " > interval '0' AND " + microseconds + " % 10000 = 0") == "t";
    });
}
