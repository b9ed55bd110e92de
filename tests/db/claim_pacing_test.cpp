#include "blast/domain/pacing.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/send_store.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

#include <algorithm>

using namespace blast;
using blast::test::Approx;
using blast::test::AttemptFixture;
using blast::test::counter_mistake;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;

namespace {

/// A blast of queued recipients, and a device whose slots are claimed.
struct Pacing {
    explicit Pacing(int queued = 200) {
        database.query("INSERT INTO devices (device) VALUES ('5850'), ('5851')");
        for (int i = 0; i < queued; ++i) {
            AttemptFixture row;
            row.phone = "+6012" + std::to_string(3'000'000 + i);
            row.state = "QUEUED";
            row.attempted = false;
            blast.add(row);
        }
    }

    ClaimRequest request(const char* rate, std::size_t limit = 50) {
        const SlotPlan plan(parse_rate(rate, "--rate").per_second, 0);
        ClaimRequest claim;
        claim.blast_id = blast.id();
        claim.attempt = random.uuid();
        claim.lease = std::chrono::seconds(55);
        claim.device = "5850";
        claim.paced = plan.paced();
        claim.starts = plan.starts(limit, random);
        claim.timezone = "Asia/Kuala_Lumpur";
        return claim;
    }

    ClaimAnswer claim(const ClaimRequest& request) {
        return read_claim(connection.execute_together(claim_statements(request)));
    }

    std::vector<ClaimedRecipient> read_back(const ClaimRequest& request) {
        AttemptId attempt;
        std::copy(request.attempt.begin(), request.attempt.end(), attempt.text.begin());
        return read_read_back(
            connection
                .execute_together({read_back_statement(blast.id(), attempt, request.timezone)})
                .front());
    }

    void settle(const SettleRequest::DeviceChange& change) {
        SettleRequest request;
        request.blast_id = blast.id();
        request.devices = {change};
        connection.execute_together(settle_statements(request));
    }

    std::string device(const std::string& expression) {
        return database.value("SELECT " + expression + " FROM devices WHERE device = '5850'");
    }

    void set_device(const std::string& assignments) {
        database.query("UPDATE devices SET " + assignments + " WHERE device = '5850'");
    }

    TemporaryDatabase database;
    Connection connection{database.url()};
    TrackedBlast blast{database};
    Random random{7};
};

SettleRequest::DeviceChange throttled(std::optional<std::chrono::seconds> retry_after = {}) {
    SettleRequest::DeviceChange change;
    change.device = "5850";
    change.throttled = true;
    change.retry_after = retry_after;
    return change;
}

/// Claims of that day, proven never posted.
SettleRequest::DeviceChange unposted(int count, const std::string& counted_on) {
    SettleRequest::DeviceChange change;
    change.device = "5850";
    change.unposted = {{counted_on, count}};
    return change;
}

} // namespace

TEST_CASE(
    "Each slot is taken once, one over the run's rate after the one before, and early by 50 ms",
    "[alone]") {
    for (const auto& [rate, gap] :
         {std::pair("100/s", 0.01), std::pair("30/m", 2.0), std::pair("500/h", 7.2)}) {
        CAPTURE(rate);
        Pacing pacing;
        const ClaimAnswer first = pacing.claim(pacing.request(rate));
        const auto within_50_ms = static_cast<std::size_t>(0.05 / gap + 1e-9) + 1;
        CHECK(first.rows.size() == within_50_ms);
        CHECK(first.first_slot_in == Approx(0).margin(1e-6));
        const std::string took = "(next_slot_at - (SELECT min(attempted_at) FROM blast_outbox)) = "
                                 "make_interval(secs => " +
                                 std::to_string(gap * static_cast<double>(within_50_ms)) + ")";
        CHECK(pacing.device(took) == "t");
    }
}

TEST_CASE("A device that was idle has one slot now: nothing is caught up") {
    Pacing pacing;
    pacing.set_device("next_slot_at = now() - interval '1 hour'");
    CHECK(pacing.claim(pacing.request("1/h")).rows.size() == 1);
    CHECK(pacing.claim(pacing.request("1/h")).rows.empty()); // however often it is asked
    CHECK(pacing.device("next_slot_at BETWEEN now() AND now() + interval '1 hour'") == "t");
}

TEST_CASE(
    "A slot that a slow commit made late is still given, and the next one counts from it",
    "[alone]") {
    Pacing pacing;
    pacing.set_device("next_slot_at = now() - interval '200 ms'");
    const std::string late = pacing.device("next_slot_at");
    ClaimRequest request = pacing.request("100/s");
    request.next_slot = std::stod(pacing.device("extract(epoch FROM next_slot_at)"));
    const ClaimAnswer answer = pacing.claim(request);
    CHECK(answer.rows.size() >= 25); // 200 ms behind and 50 ms ahead
    CHECK(answer.first_slot_in < -0.19);
    CHECK(
        pacing.device(
            "next_slot_at = timestamptz '" + late + "' + interval '10 ms' * " +
            std::to_string(answer.rows.size())) == "t");
}

TEST_CASE("A slot that is long past is not caught up") {
    Pacing pacing;
    pacing.set_device("next_slot_at = now() - interval '300 ms'");
    ClaimRequest request = pacing.request("100/s");
    request.next_slot = std::stod(pacing.device("extract(epoch FROM next_slot_at)"));
    const ClaimAnswer answer = pacing.claim(request);
    CHECK(answer.rows.size() == 6); // now, and 50 ms ahead
    CHECK(answer.first_slot_in == Approx(0).margin(1e-6));
}

TEST_CASE(
    "A late slot is not caught up where another run has claimed since, nor by a run's first claim",
    "[alone]") {
    Pacing pacing;
    pacing.set_device("next_slot_at = now() - interval '100 ms'");
    ClaimRequest request = pacing.request("100/s");
    request.next_slot = std::stod(pacing.device("extract(epoch FROM next_slot_at)")) - 0.01;
    CHECK(pacing.claim(request).first_slot_in == Approx(0).margin(1e-6));
    pacing.set_device("next_slot_at = now() - interval '100 ms'");
    CHECK(pacing.claim(pacing.request("100/s")).first_slot_in == Approx(0).margin(1e-6));
}

TEST_CASE(
    "Runs with other rates move the same slot on by their own, and max neither waits nor moves it",
    "[alone]") {
    Pacing pacing;
    REQUIRE(pacing.claim(pacing.request("1/h")).rows.size() == 1);
    const std::string after_the_slow = pacing.device("next_slot_at");
    CHECK(pacing.claim(pacing.request("10/s")).rows.empty()); // it waits for the slower one's hour
    CHECK(pacing.claim(pacing.request("max", 20)).rows.size() == 20);
    CHECK(pacing.device("next_slot_at") == after_the_slow);
    ClaimRequest ahead = pacing.request("10/s", 1);
    ahead.ahead = std::chrono::hours(2);
    REQUIRE(pacing.claim(ahead).rows.size() == 1);
    CHECK(
        pacing.device("next_slot_at = timestamptz '" + after_the_slow + "' + interval '100 ms'") ==
        "t");
    ClaimRequest other = pacing.request("1/h");
    other.device = "5851";
    CHECK(pacing.claim(other).rows.size() == 1); // devices are paced apart
}

TEST_CASE("The cap counts every POST of a device and day in the cap's time zone, over all blasts") {
    Pacing pacing;
    ClaimRequest capped = pacing.request("max");
    capped.daily_cap = 10;
    pacing.set_device("day = (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date, day_posts = 7");
    const ClaimAnswer answer = pacing.claim(capped);
    REQUIRE(answer.rows.size() == 3);
    CHECK(answer.capped);
    CHECK(pacing.claim(capped).rows.empty());
    pacing.settle(unposted(2, answer.rows.front().counted_on));
    ClaimRequest again = pacing.request("max");
    again.daily_cap = 10;
    CHECK(pacing.claim(again).rows.size() == 2);
    pacing.set_device("day = (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date - 1");
    CHECK(pacing.claim(again).rows.size() == 10); // a new day
}

TEST_CASE("What was counted before midnight and never posted is not given back to the new day") {
    Pacing pacing;
    ClaimRequest capped = pacing.request("max");
    capped.daily_cap = 10;
    const ClaimAnswer answer = pacing.claim(capped);
    REQUIRE(answer.rows.size() == 10);
    const std::string day = answer.rows.front().counted_on;
    CHECK(pacing.device("day = '" + day + "'") == "t");
    const auto kept = pacing.read_back(capped);
    REQUIRE(kept.size() == 10);
    CHECK(kept.front().counted_on == day);
    pacing.set_device("day = day + 1, day_posts = 4"); // midnight has passed, and others have sent
    pacing.settle(unposted(10, day));
    CHECK(pacing.device("day_posts") == "4");
    pacing.set_device("day = day - 1");
    pacing.settle(unposted(3, day));
    CHECK(pacing.device("day_posts") == "1");
}

TEST_CASE("The cap's day is that of the zone, not the server's") {
    Pacing pacing;
    // 14 hours ahead of UTC and 12 behind it, it is never the same day.
    for (const char* const zone : {"Pacific/Kiritimati", "Etc/GMT+12"}) {
        CAPTURE(zone);
        ClaimRequest capped = pacing.request("max");
        capped.daily_cap = 5;
        capped.timezone = zone;
        pacing.set_device(
            std::string("day = (now() AT TIME ZONE '") + zone + "')::date, day_posts = 5");
        CHECK(pacing.claim(capped).rows.empty());
    }
}

TEST_CASE(
    "After a 429 a device waits as Retry-After says, else a second, doubling up to a minute") {
    Pacing pacing;
    const auto wait = [&](const char* until) {
        pacing.set_device(std::string("blocked_until = now() + interval '") + until + "'");
    };
    for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
        CAPTURE(seconds);
        const std::string most = std::to_string(seconds);
        pacing.settle(throttled());
        CHECK(pacing.device("block_seconds") == most);
        CHECK(pacing.device("blocked_until <= now() + interval '" + most + " s'") == "t");
        wait("1 hour");
        pacing.settle(throttled()); // several of one moment count once
        CHECK(pacing.device("block_seconds") == most);
        CHECK(pacing.claim(pacing.request("max")).rows.empty());
        wait("-1 s"); // it is over
    }
    pacing.settle(throttled(std::chrono::hours(3)));
    CHECK(
        pacing.device(
            "blocked_until BETWEEN now() + interval '2 hours' AND now() + interval '3 hours'") ==
        "t");
    CHECK(pacing.claim(pacing.request("1/s")).blocked_for > 7'200);
}

TEST_CASE("A device that was told to slow down goes at half rate until 20 are accepted") {
    Pacing pacing;
    pacing.settle(throttled());
    pacing.set_device("blocked_until = now() - interval '1 s'");
    CHECK(pacing.claim(pacing.request("100/s")).rows.size() == 3); // 20 ms apart, within 50 ms
    SettleRequest::DeviceChange accepted;
    accepted.device = "5850";
    accepted.accepted = 19;
    pacing.settle(accepted);
    pacing.set_device("next_slot_at = now() - interval '1 s'");
    CHECK(pacing.claim(pacing.request("100/s")).slowdown_factor == 2);
    accepted.accepted = 1;
    pacing.settle(accepted);
    pacing.set_device("next_slot_at = now() - interval '1 s'");
    const ClaimAnswer full = pacing.claim(pacing.request("100/s"));
    CHECK(full.slowdown_factor == 1);
    CHECK(full.rows.size() == 6);
    pacing.settle(throttled());
    CHECK(pacing.device("block_seconds") == "1"); // it begins anew
    CHECK(counter_mistake(pacing.database).empty());
}
