#include "blast/domain/send_outcome.hpp"

#include "blast/domain/send_machine.hpp"

#include "support/catch.hpp"

using namespace blast;

namespace {

SendAnswer answered(long status, std::optional<bool> success, const char* words = "") {
    SendAnswer answer;
    answer.transport = Transport::answered;
    answer.http_status = status;
    answer.is_json = success.has_value();
    answer.success = success;
    answer.words = words;
    return answer;
}

SendAnswer with_id(SendAnswer answer) {
    answer.message_id = "3EB0C767D26B";
    return answer;
}

SendVerdict without_answer(Transport transport, bool begun) {
    SendAnswer answer;
    answer.transport = transport;
    answer.request_begun = begun;
    return judge(answer);
}

} // namespace

TEST_CASE("success with an id is accepted, whatever the HTTP status") {
    for (const long status : {200L, 201L, 302L, 400L, 401L, 403L, 429L, 500L, 502L})
        CHECK(judge(with_id(answered(status, true))) == SendVerdict::accepted);
}

TEST_CASE("without an answer, only a request of which no byte was sent may be sent again") {
    for (const Transport transport : {Transport::not_connected, Transport::timed_out})
        CHECK(without_answer(transport, false) == SendVerdict::unreachable);
    for (const Transport transport :
         {Transport::timed_out, Transport::broken, Transport::too_large, Transport::not_connected})
        CHECK(without_answer(transport, true) == SendVerdict::unconfirmed);
    CHECK(without_answer(Transport::untrusted, false) == SendVerdict::unauthorized);
}

TEST_CASE(
    "a refused token stops the run, by its HTTP status or by its words, but not beside an id") {
    CHECK(judge(answered(401, false)) == SendVerdict::unauthorized);
    CHECK(judge(answered(200, false, "Unauthorised Token")) == SendVerdict::unauthorized);
    CHECK(judge(answered(403, false, "unauthorized token")) == SendVerdict::unauthorized);
    CHECK(judge(with_id(answered(401, false))) == SendVerdict::unconfirmed);
    CHECK(judge(answered(403, false, "not yours")) == SendVerdict::forbidden);
}

TEST_CASE("a gateway that asks to slow down has not sent") {
    for (const long status : {425L, 429L}) {
        CHECK(judge(answered(status, false)) == SendVerdict::throttled);
        CHECK(judge(with_id(answered(status, false))) == SendVerdict::unconfirmed);
    }
}

TEST_CASE(
    "a refusal is final, unless its words speak of time or connection, or an id is beside it") {
    for (const long status : {200L, 400L, 404L, 422L}) {
        CHECK(judge(answered(status, false, "not on WhatsApp")) == SendVerdict::refused);
        for (const char* const doubt :
             {"Timed Out", "Request timeout", "Connection Closed", "socket hang up",
              "network error"})
            CHECK(judge(answered(status, false, doubt)) == SendVerdict::unconfirmed);
        CHECK(judge(with_id(answered(status, false, "no"))) == SendVerdict::unconfirmed);
    }
}

TEST_CASE("whatever else comes back cannot be known") {
    for (const long status : {204L, 301L, 302L, 408L, 418L, 500L, 502L, 503L, 504L}) {
        CHECK(judge(answered(status, false, "no")) == SendVerdict::unconfirmed);
        CHECK(judge(answered(status, std::nullopt)) == SendVerdict::unconfirmed);
    }
    CHECK(judge(answered(200, true)) == SendVerdict::unconfirmed); // without an id
    CHECK(
        judge(answered(200, std::nullopt)) ==
        SendVerdict::unconfirmed); // not JSON, or says nothing
}

TEST_CASE("the circuit opens at 10 failures that are more than half of the last 20") {
    Circuit nine;
    for (int i = 0; i < 9; ++i)
        nine.record(true);
    CHECK_FALSE(nine.open());
    nine.record(true);
    CHECK(nine.open());

    Circuit half;
    for (int i = 0; i < 20; ++i)
        half.record(i % 2 == 0);
    CHECK(half.failures() == 10);
    CHECK_FALSE(half.open()); // 10 of 20 are not more than half
    half.record(true);        // pushes a failure out
    CHECK_FALSE(half.open());
    half.record(true); // pushes a success out
    CHECK(half.open());

    Circuit old;
    for (int i = 0; i < 9; ++i)
        old.record(true);
    for (int i = 0; i < 20; ++i)
        old.record(false);
    old.record(true);
    CHECK(old.failures() == 1); // what is longer ago does not count
}
